import sysconfig

places = {"base": "/b", "platbase": "/p", "installed_base": "/ib", "installed_platbase": "/ip", "userbase": "/u"}
for scheme in ("posix_prefix", "posix_home", "posix_user", "posix_venv", "venv", "nt", "nt_venv"):
    print(scheme)
    for name, path in sysconfig.get_paths(scheme, vars=places).items():
        print("   ", name, path.replace("/", ":"))
print(sysconfig.get_config_var("implementation"), sysconfig.get_config_var("implementation_lower"))
print(sysconfig.get_preferred_scheme("home"), sysconfig.get_preferred_scheme("user"))
# stdout:
#| posix_prefix
#|     stdlib :ib:lib:python3.14
#|     platstdlib :p:lib:python3.14
#|     purelib :b:lib:python3.14:site-packages
#|     platlib :p:lib:python3.14:site-packages
#|     include :ib:include:python3.14
#|     platinclude :ip:include:python3.14
#|     scripts :b:bin
#|     data :b
#| posix_home
#|     stdlib :ib:lib:python
#|     platstdlib :b:lib:python
#|     purelib :b:lib:python
#|     platlib :b:lib:python
#|     include :ib:include:python
#|     platinclude :ib:include:python
#|     scripts :b:bin
#|     data :b
#| posix_user
#|     stdlib :u:lib:python3.14
#|     platstdlib :u:lib:python3.14
#|     purelib :u:lib:python3.14:site-packages
#|     platlib :u:lib:python3.14:site-packages
#|     include :u:include:python3.14
#|     scripts :u:bin
#|     data :u
#| posix_venv
#|     stdlib :ib:lib:python3.14
#|     platstdlib :p:lib:python3.14
#|     purelib :b:lib:python3.14:site-packages
#|     platlib :p:lib:python3.14:site-packages
#|     include :ib:include:python3.14
#|     platinclude :ip:include:python3.14
#|     scripts :b:bin
#|     data :b
#| venv
#|     stdlib :ib:lib:python3.14
#|     platstdlib :p:lib:python3.14
#|     purelib :b:lib:python3.14:site-packages
#|     platlib :p:lib:python3.14:site-packages
#|     include :ib:include:python3.14
#|     platinclude :ip:include:python3.14
#|     scripts :b:bin
#|     data :b
#| nt
#|     stdlib :ib:Lib
#|     platstdlib :b:Lib
#|     purelib :b:Lib:site-packages
#|     platlib :b:Lib:site-packages
#|     include :ib:Include
#|     platinclude :ib:Include
#|     scripts :b:Scripts
#|     data :b
#| nt_venv
#|     stdlib :ib:Lib
#|     platstdlib :b:Lib
#|     purelib :b:Lib:site-packages
#|     platlib :b:Lib:site-packages
#|     include :ib:Include
#|     platinclude :ib:Include
#|     scripts :b:Scripts
#|     data :b
#| Python python
#| posix_home posix_user
