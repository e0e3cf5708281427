# Puts this environment first: `source bin/activate.csh`. `deactivate` undoes it.
# csh does not know which file it reads: after the folder has been moved, run `dx venv` on it again.

alias deactivate 'test $?_DX_OLD_PATH != 0 && setenv PATH "$_DX_OLD_PATH:q" && unset _DX_OLD_PATH; test $?_DX_OLD_PROMPT != 0 && set prompt="$_DX_OLD_PROMPT:q" && unset _DX_OLD_PROMPT; unsetenv VIRTUAL_ENV; unsetenv VIRTUAL_ENV_PROMPT; rehash; test "\!:*" != "nondestructive" && unalias deactivate'

deactivate nondestructive

setenv VIRTUAL_ENV '{{ROOT}}'

set _DX_OLD_PATH="$PATH:q"
if ( -d "$VIRTUAL_ENV:q/Scripts" ) then
    setenv PATH "$VIRTUAL_ENV:q/Scripts:$PATH:q"
else
    setenv PATH "$VIRTUAL_ENV:q/bin:$PATH:q"
endif

setenv VIRTUAL_ENV_PROMPT '{{PROMPT}}'
if ( "$VIRTUAL_ENV_PROMPT:q" == "" ) then
    setenv VIRTUAL_ENV_PROMPT "$VIRTUAL_ENV:t:q"
endif

if ( $?VIRTUAL_ENV_DISABLE_PROMPT == 0 && $?prompt != 0 ) then
    set _DX_OLD_PROMPT="$prompt:q"
    set prompt = "($VIRTUAL_ENV_PROMPT:q) $prompt:q"
endif

rehash
