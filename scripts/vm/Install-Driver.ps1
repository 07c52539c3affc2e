#Requires -Version 5.1
<#
.SYNOPSIS
Installs the driver on this machine's virtio GPU.

.DESCRIPTION
Looks at everything that could be in the way first, and changes nothing if something is. Then adds the package to the driver store and
installs it (pnputil), and waits for the device to start. If Windows keeps another driver, the package is taken out again.
A driver that is installed already in this version is left alone.

.PARAMETER Package
The folder that `cargo xtask package` made; by default target\package\vgpudod.

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
$version = ($line -split ',')[-1].Trim()
$running = @($devices | Where-Object {
        (Get-DeviceValue -InstanceId $_.InstanceId -Key 'DEVPKEY_Device_DriverVersion') -eq $version -and
        $_.Status -eq 'OK' -and
        ($stored -contains (Get-DeviceValue -InstanceId $_.InstanceId -Key 'DEVPKEY_Device_DriverInfPath'))
    })
if ($running.Count -eq $devices.Count) {
    Write-Step "version $version is installed and running"
    exit 0
}

if (-not $PSCmdlet.ShouldProcess("$($devices.Count) virtio GPU(s)", "Install $inf, version $version")) {
    exit 0
}
$result = Invoke-Tool -Path 'pnputil.exe' -Arguments '/add-driver', $inf, '/install' -Success 0, $NoBetterDriver, $RestartNeeded, $RestartStarted
if ($result.Code -eq $NoBetterDriver) {
    foreach ($package in Get-StoredPackage) {
        $name = Split-Path -Leaf $package.Driver
        if ($stored -notcontains $name) {
            Invoke-Tool -Path 'pnputil.exe' -Arguments '/delete-driver', $name | Out-Null
        }
    }
    Stop-Script 'Windows has a driver for the device that it takes for better, so the package was taken out again: look at "pnputil /enum-devices /class Display /drivers"'
}
if ($result.Code -eq $RestartNeeded -or $result.Code -eq $RestartStarted) {
    Write-Step 'installed; restart the machine to start the driver'
    exit 0
}

$deadline = (Get-Date).AddSeconds($Seconds)
do {
    $waiting = @(Get-VirtioGpu | Where-Object { $_.Status -ne 'OK' })
    if ($waiting.Count -gt 0) { Start-Sleep -Seconds 1 }
} while ($waiting.Count -gt 0 -and (Get-Date) -lt $deadline)
if ($waiting.Count -gt 0) {
    $problem = Get-DeviceValue -InstanceId $waiting[0].InstanceId -Key 'DEVPKEY_Device_ProblemCode'
    Stop-Script "the driver is installed, but the device did not start within $Seconds s (problem code $problem): run Test-Driver.ps1 for evidence, Uninstall-Driver.ps1 to go back"
}
Write-Step "version $version is installed and running"
