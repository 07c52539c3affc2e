#Requires -Version 5.1
<#
.SYNOPSIS
Turns Driver Verifier on for the driver, from the next start on.

.DESCRIPTION
/standard: special pool, forced IRQL checks, pool tracking, I/O verification, deadlock detection, DMA checking, security and
miscellaneous checks, DDI compliance, WDF verification. With -LowResources, randomized low resources simulation as well: run that as a
step of its own, after a run without it. -CodeIntegrity adds the checks for hypervisor-protected code integrity, which are not standard.
The framework's own verifier is set up in the service's Parameters\Wdf key.

Port/miniport checking is left out: it covers audio and streaming miniports only. A machine that does not start any more with Verifier
on starts without it the time after (/bootmode resetonbootfail). Have a kernel debugger attached, or at least minidumps on.

.PARAMETER LowResources
Fail a part of the allocations.

.PARAMETER CodeIntegrity
Check memory and sections as memory integrity (HVCI) does.

.PARAMETER Off
Turn Verifier off instead.

.EXAMPLE
.\Enable-Verifier.ps1
.\Enable-Verifier.ps1 -LowResources
.\Enable-Verifier.ps1 -Off
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [switch]$LowResources,
    [switch]$CodeIntegrity,
    [switch]$Off
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'Common.ps1')

# Values under the service's Parameters\Wdf (registry-values-for-debugging-kmdf-drivers).
$Framework = @{ VerifierOn = 1; VerifyOn = 1; EnhancedVerifierOptions = 1; DbgBreakOnError = 0 }

# Rule classes (verifier-command-line): special pool, force IRQL, pool tracking, I/O, deadlocks, DMA, security, miscellaneous, DDI
# compliance, WDF.
$Standard = '1', '2', '4', '5', '6', '8', '9', '12', '18', '34'
$RandomLowResources = '3'
$CodeIntegrityChecks = '26'

Assert-Administrator
Assert-WindowsVersion
$service = "HKLM:\SYSTEM\CurrentControlSet\Services\$ServiceName"
$key = "$service\Parameters\Wdf"

if ($Off) {
    if ($PSCmdlet.ShouldProcess('Driver Verifier', 'Turn off at the next start')) {
        Invoke-Tool -Path 'verifier.exe' -Arguments '/reset' -Success 0, 2 | Out-Null
        if (Test-Path -Path $key) {
            foreach ($name in $Framework.Keys) {
                Remove-ItemProperty -Path $key -Name $name -ErrorAction SilentlyContinue
            }
        }
        Write-Step 'off from the next start; restart the machine'
    }
    exit 0
}

if (-not (Test-Path -Path $service)) {
    Stop-Script "the driver is not installed: run Install-Driver.ps1 first"
}
if ($CodeIntegrity -or $LowResources) {
    # What /standard stands for, and more: it cannot be combined with rule classes.
    $classes = $Standard
    if ($LowResources) { $classes += $RandomLowResources }
    if ($CodeIntegrity) { $classes += $CodeIntegrityChecks }
    $arguments = @('/ruleclasses') + $classes
}
else {
    $arguments = @('/standard')
}
$arguments += '/driver', "$ServiceName.sys"
if ($PSCmdlet.ShouldProcess("$ServiceName.sys", "verifier $arguments")) {
    Invoke-Tool -Path 'verifier.exe' -Arguments '/bootmode', 'resetonbootfail' -Success 0, 2 | Out-Null
    Invoke-Tool -Path 'verifier.exe' -Arguments $arguments -Success 0, 2 | Out-Null
    if (-not (Test-Path -Path $key)) {
        New-Item -Path $key -Force | Out-Null
    }
    foreach ($name in $Framework.Keys) {
        New-ItemProperty -Path $key -Name $name -Value $Framework[$name] -PropertyType DWord -Force | Out-Null
    }
    Write-Step 'on from the next start; restart the machine, then run Test-Driver.ps1'
}
