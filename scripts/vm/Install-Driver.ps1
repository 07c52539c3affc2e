#Requires -Version 5.1
<#
.SYNOPSIS
Installs the driver on this machine's virtio GPU.

.DESCRIPTION
Looks at everything that could be in the way first, and changes nothing if something is. Then adds the package to the driver store and
installs it (pnputil), and waits for the device to start. If that fails, or Windows keeps another driver, the package is taken out again.
What the driver and dxgkrnl trace meanwhile is kept in vgpudod-install in the folder for temporary files; Test-Driver.ps1 collects it.
A driver that is installed already in this version is left alone.

.PARAMETER Package
The folder that `cargo xtask package` made; by default the one that the scripts' folder lies in, or target\package\vgpudod.

.PARAMETER Seconds
How long to wait for the device to start.

.EXAMPLE
.\Install-Driver.ps1 -Package D:\vgpudod
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [string]$Package,
    [ValidateRange(1, 600)][int]$Seconds = 30
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'Common.ps1')

# Exit codes of pnputil (pnputil-return-values).
$NoBetterDriver = 259
$RestartNeeded = 3010
$RestartStarted = 1641

Assert-Administrator
Assert-WindowsVersion
$folder = Resolve-Package $Package
$inf = Join-Path $folder "$ServiceName.inf"

$devices = @(Get-VirtioGpu)
if ($devices.Count -eq 0) {
    Stop-Script "no virtio GPU ($HardwareId) is plugged in: start the virtual machine with '-device virtio-vga' or '-device virtio-gpu-pci' (New-TestVm.ps1)"
}
if (Test-SecureBoot) {
    Stop-Script 'Secure Boot is on, so Windows would not load a test-signed driver: turn it off in the virtual machine''s firmware (docs/windows.md)'
}
if (-not (Test-TestSigning)) {
    Stop-Script 'test signing is off: run Enable-TestSigning.ps1, restart, and run this again'
}
$signature = Get-AuthenticodeSignature -LiteralPath (Join-Path $folder "$ServiceName.cat")
if ($signature.Status -ne 'Valid') {
    Stop-Script "Windows does not accept the catalog's signature ($($signature.Status)): run Enable-TestSigning.ps1 with this package, or make the package anew"
}

# The basic display drivers give way to any other; anything else was put there by someone.
$inbox = 'display.inf', 'basicdisplay.inf', 'basicrender.inf'
$stored = @(Get-StoredPackage | ForEach-Object { Split-Path -Leaf $_.Driver })
foreach ($device in $devices) {
    $current = Get-DeviceValue -InstanceId $device.InstanceId -Key 'DEVPKEY_Device_DriverInfPath'
    if ($current -and ($inbox -notcontains $current) -and ($stored -notcontains $current)) {
        $provider = Get-DeviceValue -InstanceId $device.InstanceId -Key 'DEVPKEY_Device_DriverProvider'
        Stop-Script "$($device.InstanceId) has another driver ($current, $provider): remove it with 'pnputil /delete-driver $current /uninstall', restart, and run this again"
    }
}

# DriverVer as the INF file states it: date, version.
$line = Get-Content -LiteralPath $inf | Where-Object { $_ -match '^\s*DriverVer\s*=' } | Select-Object -First 1
$version = ("$line" -split ',')[-1].Trim()
if ($version -notmatch '^\d+(\.\d+){3}$') {
    Stop-Script "$inf has no DriverVer with a version: it is not stamped, so make the package with 'cargo xtask package'"
}
$same = @($devices | Where-Object {
        (Get-DeviceValue -InstanceId $_.InstanceId -Key 'DEVPKEY_Device_DriverVersion') -eq $version -and
        ($stored -contains (Get-DeviceValue -InstanceId $_.InstanceId -Key 'DEVPKEY_Device_DriverInfPath'))
    })
if ($same.Count -eq $devices.Count) {
    $stopped = @($same | Where-Object { $_.Status -ne 'OK' })
    if ($stopped.Count -gt 0) {
        $problem = Get-DeviceValue -InstanceId $stopped[0].InstanceId -Key 'DEVPKEY_Device_ProblemCode'
        Stop-Script "version $version is installed, but the device does not run (problem code $problem): run Test-Driver.ps1 for evidence, Uninstall-Driver.ps1 to go back"
    }
    Write-Step "version $version is installed and running"
    exit 0
}

if (-not $PSCmdlet.ShouldProcess("$($devices.Count) virtio GPU(s)", "Install $inf, version $version")) {
    exit 0
}
New-Item -ItemType Directory -Path $InstallTraces -Force | Out-Null
$sessions = @(Open-Trace $InstallTraces)
$result = Invoke-Tool -Path 'pnputil.exe' -Arguments '/add-driver', $inf, '/install' -AnyCode
if ($result.Code -ne 0) {
    Close-Trace $sessions
}
if ($result.Code -eq $RestartNeeded -or $result.Code -eq $RestartStarted) {
    Write-Step 'installed; restart the machine to start the driver'
    exit 0
}
if ($result.Code -ne 0) {
    # Nothing half done: what was added just now is taken out again.
    foreach ($package in @(Get-StoredPackage)) {
        $name = Split-Path -Leaf $package.Driver
        if ($stored -notcontains $name) {
            Invoke-Tool -Path 'pnputil.exe' -Arguments '/delete-driver', $name, '/uninstall' -AnyCode | Out-Null
        }
    }
    if ($result.Code -eq $NoBetterDriver) {
        Stop-Script 'Windows has a driver for the device that it takes for better (a later one of this project too), so the package was taken out again: look at "pnputil /enum-devices /class Display /drivers", remove that one, and run this again'
    }
    Stop-Script "pnputil did not install the package (code $($result.Code)) and nothing is left of it: $($result.Said)"
}

# A device that is being started anew is not in the list for a moment.
$deadline = (Get-Date).AddSeconds($Seconds)
do {
    $present = @(Get-VirtioGpu)
    $waiting = @($present | Where-Object { $_.Status -ne 'OK' })
    $started = $present.Count -ge $devices.Count -and $waiting.Count -eq 0
    if (-not $started) { Start-Sleep -Seconds 1 }
} while (-not $started -and (Get-Date) -lt $deadline)
Close-Trace $sessions
if (-not $started) {
    $problem = 'the device is gone'
    if ($waiting.Count -gt 0) {
        $problem = "problem code $(Get-DeviceValue -InstanceId $waiting[0].InstanceId -Key 'DEVPKEY_Device_ProblemCode')"
    }
    Stop-Script "the driver is installed, but the device did not start within $Seconds s ($problem): run Test-Driver.ps1 for evidence (dxgkrnl's reason is in $InstallTraces\dxgkrnl.etl), Uninstall-Driver.ps1 to go back"
}
Write-Step "version $version is installed and running"
