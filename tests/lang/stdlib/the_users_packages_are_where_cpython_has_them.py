# env: PYTHONUSERBASE=/nowhere
import site
import sysconfig

for path in (
    site.getusersitepackages(), site.getuserbase(), site.USER_SITE, site.USER_BASE,
    sysconfig.get_path("purelib", "posix_user"), sysconfig.get_config_var("userbase"),
):
    print(path.split("/"))
# stdout:
#| ['', 'nowhere', 'lib', 'python3.14', 'site-packages']
#| ['', 'nowhere']
#| ['', 'nowhere', 'lib', 'python3.14', 'site-packages']
#| ['', 'nowhere']
#| ['', 'nowhere', 'lib', 'python3.14', 'site-packages']
#| ['', 'nowhere']
