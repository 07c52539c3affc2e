# What the scripts beside this one share. It changes nothing by itself; dot-source it.

# The device: vendor and device of a virtio GPU, whatever its subsystem.
$HardwareId = 'PCI\VEN_1AF4&DEV_1050'
$ServiceName = 'vgpudod'
# The name of the test certificate that `cargo xtask package` makes.
$CertificateSubject = 'CN=vgpudod test certificate'
# The provider of the driver's trace events is called VgpuDod; TraceLogging derives this identifier from the name.
$TraceProvider = '{20fb51d1-5c10-5b5d-8ec2-d85b24a867c2}'
# Windows 10 2004, where KMDF 1.31 begins.
$FirstBuild = 19041

# Ends the script with one line that says what is wrong and what to do.
function Stop-Script {
    param([Parameter(Mandatory = $true)][string]$Message)
    [Console]::Error.WriteLine("error: $Message")
    exit 1
}

function Write-Step {
    param([Parameter(Mandatory = $true)][string]$Message)
    Write-Host "  $Message"
}

# With -WhatIf nothing is changed, so the rights to change it are not needed.
function Assert-Administrator {
    if ($WhatIfPreference) { return }
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = New-Object Security.Principal.WindowsPrincipal($identity)
    if (-not $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
        Stop-Script 'this takes administrator rights: open PowerShell with "Run as administrator" and run it again'
    }
}

function Assert-WindowsVersion {
    $build = [Environment]::OSVersion.Version.Build
    if ($build -lt $FirstBuild) {
        Stop-Script "this is Windows build $build, and the driver takes $FirstBuild (Windows 10 2004) or later"
    }
}

# Runs a program and returns what it printed. Any exit code that is not listed ends the script.
function Invoke-Tool {
    param(
        [Parameter(Mandatory = $true)][string]$Path,
        [string[]]$Arguments = @(),
        [int[]]$Success = @(0)
    )
    # With 'Stop', Windows PowerShell 5.1 ends at the first line that a program writes to standard error.
    $ErrorActionPreference = 'Continue'
    $output = @(& $Path @Arguments 2>&1 | ForEach-Object { "$_" })
    $code = $LASTEXITCODE
    if ($Success -notcontains $code) {
        $last = $output | Where-Object { $_.Trim() } | Select-Object -Last 1
        Stop-Script "$Path $Arguments ended with code ${code}: $last"
    }
    New-Object PSObject -Property @{ Code = $code; Output = $output }
}

# The virtio GPUs that are plugged in.
function Get-VirtioGpu {
    Get-PnpDevice -PresentOnly -ErrorAction SilentlyContinue | Where-Object { $_.InstanceId -like "$HardwareId*" }
}

# A property of a device, or nothing.
function Get-DeviceValue {
    param(
        [Parameter(Mandatory = $true)][string]$InstanceId,
        [Parameter(Mandatory = $true)][string]$Key
    )
    $property = Get-PnpDeviceProperty -InstanceId $InstanceId -KeyName $Key -ErrorAction SilentlyContinue
    if ($property) { $property.Data }
}

# This driver's packages in the driver store, by the names that Windows gave them (oem1.inf, ...).
function Get-StoredPackage {
    Get-WindowsDriver -Online -ErrorAction SilentlyContinue |
        Where-Object { (Split-Path -Leaf $_.OriginalFileName) -eq "$ServiceName.inf" }
}

function Test-TestSigning {
    $options = (Get-ItemProperty -Path 'HKLM:\SYSTEM\CurrentControlSet\Control').SystemStartOptions
    ($options -split '\s+') -contains 'TESTSIGNING'
}

# On a machine that starts without UEFI there is no Secure Boot to ask for.
function Test-SecureBoot {
    try {
        [bool](Confirm-SecureBootUEFI)
    }
    catch {
        $false
    }
}

# The folder that `cargo xtask package` makes, with everything in it.
function Resolve-Package {
    param([string]$Path)
    if (-not $Path) {
        $Path = Join-Path $PSScriptRoot '..\..\target\package\vgpudod'
    }
    foreach ($name in "$ServiceName.inf", "$ServiceName.sys", "$ServiceName.cat", "$ServiceName.cer") {
        if (-not (Test-Path -LiteralPath (Join-Path $Path $name) -PathType Leaf)) {
            Stop-Script "there is no $name in ${Path}: make the package with 'cargo xtask package' and name its folder with -Package"
        }
    }
    (Resolve-Path -LiteralPath $Path).Path
}
