# Puts this environment first: `overlay use bin/activate.nu`. `deactivate` undoes it.

export-env {
    const here = path self | path dirname
    let root = $here | path dirname
    let given = "{{PROMPT}}"
    let shown = if ($given | is-empty) { $root | path basename } else { $given }
    let name = if "Path" in $env { "Path" } else { "PATH" }
    let path = $env | get $name | prepend $here
    load-env {
        $name: $path
        VIRTUAL_ENV: $root
        VIRTUAL_ENV_PROMPT: $shown
    }
    let plain = ($env.VIRTUAL_ENV_DISABLE_PROMPT? | default "") != ""
    if not $plain {
        let old = $env.PROMPT_COMMAND? | default ""
        let new = {||
            let before = if ($old | describe) == "closure" { do $old } else { $old }
            $"\(($shown)\) ($before)"
        }
        load-env { PROMPT_COMMAND: $new, VIRTUAL_PREFIX: $"\(($shown)\) " }
    }
}

export alias pydoc = python -m pydoc
export alias deactivate = overlay hide activate
