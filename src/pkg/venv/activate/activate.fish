# Puts this environment first: `source bin/activate.fish`. `deactivate` undoes it.

function deactivate -d 'Leave the virtual environment'
    if set -q _DX_OLD_PATH
        set -gx PATH $_DX_OLD_PATH
        set -e _DX_OLD_PATH
    end
    if set -q _DX_OLD_PYTHONHOME
        set -gx PYTHONHOME $_DX_OLD_PYTHONHOME
        set -e _DX_OLD_PYTHONHOME
    end
    if set -q _DX_HAS_PROMPT
        set -e _DX_HAS_PROMPT
        functions -e fish_prompt
        if functions -q _dx_old_fish_prompt
            functions -c _dx_old_fish_prompt fish_prompt
            functions -e _dx_old_fish_prompt
        end
    end
    set -e VIRTUAL_ENV
    set -e VIRTUAL_ENV_PROMPT
    if test "$argv[1]" != nondestructive
        functions -e deactivate
    end
end

deactivate nondestructive

set -l _dx_script (status filename)
set -gx VIRTUAL_ENV (builtin cd (dirname -- $_dx_script)/..; and pwd)
if test -z "$VIRTUAL_ENV"
    set -gx VIRTUAL_ENV '{{ROOT}}'
end

set -gx _DX_OLD_PATH $PATH
if test -d $VIRTUAL_ENV/Scripts
    set -gx PATH $VIRTUAL_ENV/Scripts $PATH
else
    set -gx PATH $VIRTUAL_ENV/bin $PATH
end

set -gx VIRTUAL_ENV_PROMPT '{{PROMPT}}'
if test -z "$VIRTUAL_ENV_PROMPT"
    set -gx VIRTUAL_ENV_PROMPT (basename -- $VIRTUAL_ENV)
end

if set -q PYTHONHOME
    set -gx _DX_OLD_PYTHONHOME $PYTHONHOME
    set -e PYTHONHOME
end

if test -z "$VIRTUAL_ENV_DISABLE_PROMPT"; and functions -q fish_prompt
    functions -c fish_prompt _dx_old_fish_prompt
    function fish_prompt
        # What the prompt shows of the last command must not be changed by what stands before it.
        set -l _dx_status $status
        printf '%s(%s)%s ' (set_color normal) $VIRTUAL_ENV_PROMPT (set_color normal)
        echo "exit $_dx_status" | .
        _dx_old_fish_prompt
    end
    set -gx _DX_HAS_PROMPT 1
end
