<#
.SYNOPSIS
Puts this virtual environment first. `deactivate` undoes it.

.PARAMETER VenvDir
The environment's folder; without it the one above this script's.

.PARAMETER Prompt
The name to show in the prompt; without it the one that the environment was made with, or its folder's name.
#>
param(
    [string] $VenvDir,
    [string] $Prompt
)

function global:deactivate([switch] $NonDestructive) {
    if (Test-Path -Path Function:_dx_old_prompt) {
        Copy-Item -Path Function:_dx_old_prompt -Destination Function:prompt
        Remove-Item -Path Function:_dx_old_prompt
    }
    foreach ($name in 'PATH', 'PYTHONHOME') {
        if (Test-Path -Path "Variable:global:_DX_OLD_$name") {
            Set-Item -Path "Env:$name" -Value (Get-Variable -Name "_DX_OLD_$name" -Scope Global -ValueOnly)
            Remove-Variable -Name "_DX_OLD_$name" -Scope Global
        }
    }
    foreach ($name in 'VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT') {
        if (Test-Path -Path "Env:$name") {
            Remove-Item -Path "Env:$name"
        }
    }
    if (-not $NonDestructive) {
        Remove-Item -Path Function:deactivate
    }
}

deactivate -NonDestructive

if (-not $VenvDir) {
    $VenvDir = (Get-Item -Path $PSScriptRoot).Parent.FullName
}
if (-not $Prompt) {
    $Prompt = '{{PROMPT}}'
}
if (-not $Prompt) {
    $Prompt = Split-Path -Path $VenvDir -Leaf
}

$Env:VIRTUAL_ENV = $VenvDir
$Env:VIRTUAL_ENV_PROMPT = $Prompt

$global:_DX_OLD_PATH = $Env:PATH
$Env:PATH = $PSScriptRoot + [System.IO.Path]::PathSeparator + $Env:PATH

if (Test-Path -Path Env:PYTHONHOME) {
    $global:_DX_OLD_PYTHONHOME = $Env:PYTHONHOME
    Remove-Item -Path Env:PYTHONHOME
}

if (-not $Env:VIRTUAL_ENV_DISABLE_PROMPT) {
    Copy-Item -Path Function:prompt -Destination Function:global:_dx_old_prompt
    function global:prompt {
        Write-Host -NoNewline -ForegroundColor Green "($Env:VIRTUAL_ENV_PROMPT) "
        _dx_old_prompt
    }
}
