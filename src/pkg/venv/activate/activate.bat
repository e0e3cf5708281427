@echo off
for %%I in ("%~dp0..") do set "VIRTUAL_ENV=%%~fI"
if defined _DX_OLD_PROMPT set "PROMPT=%_DX_OLD_PROMPT%"
if defined _DX_OLD_PATH set "PATH=%_DX_OLD_PATH%"
if defined _DX_OLD_PYTHONHOME set "PYTHONHOME=%_DX_OLD_PYTHONHOME%"
set "VIRTUAL_ENV_PROMPT={{PROMPT}}"
if not defined VIRTUAL_ENV_PROMPT for %%I in ("%VIRTUAL_ENV%") do set "VIRTUAL_ENV_PROMPT=%%~nxI"
if not defined PROMPT set "PROMPT=$P$G"
set "_DX_OLD_PROMPT=%PROMPT%"
if not defined VIRTUAL_ENV_DISABLE_PROMPT set "PROMPT=(%VIRTUAL_ENV_PROMPT%) %PROMPT%"
if defined PYTHONHOME set "_DX_OLD_PYTHONHOME=%PYTHONHOME%"
set PYTHONHOME=
set "_DX_OLD_PATH=%PATH%"
set "PATH=%VIRTUAL_ENV%\Scripts;%PATH%"
