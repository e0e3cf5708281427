# env: PYTHONUSERBASE=/nowhere
import site
import sysconfig

print(site.getusersitepackages())
print(site.getuserbase(), site.USER_SITE, site.USER_BASE)
print(sysconfig.get_path("purelib", "posix_user"), sysconfig.get_config_var("userbase"))
