import sysconfig

places = {"base": "/b", "platbase": "/p", "installed_base": "/ib", "installed_platbase": "/ip", "userbase": "/u"}
for scheme in ("posix_prefix", "posix_home", "posix_user", "posix_venv", "venv", "nt", "nt_venv"):
    print(scheme)
    for name, path in sysconfig.get_paths(scheme, vars=places).items():
        print("   ", name, path)
print(sysconfig.get_config_var("implementation"), sysconfig.get_config_var("implementation_lower"))
print(sysconfig.get_preferred_scheme("home"), sysconfig.get_preferred_scheme("user"))
