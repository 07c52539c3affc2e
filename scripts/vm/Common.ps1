# What the scripts beside this one share. It changes nothing by itself; dot-source it.

# The device: vendor and device of a virtio GPU, whatever its subsystem.
$HardwareId = 'PCI\VEN_1AF4&DEV_1050'
$ServiceName = 'vgpudod'
# The names of the test certificates that `cargo xtask package` and wdk-build make.
$CertificateSubject = 'CN=vgpudod test certificate'
$WdkCertificateSubject = 'CN=WDRLocalTestCert'
# The provider of the driver's trace events is called VgpuDod; TraceLogging derives this identifier from the name.
$TraceProvider = '{20fb51d1-5c10-5b5d-8ec2-d85b24a867c2}'
# Microsoft-Windows-DxgKrnl: dxgkrnl says there, in plain text, why it refuses a driver, a mode or a present.
$PortTraceProvider = '{802ec45a-1e99-4b83-9920-87c98277ba9d}'
# Where Install-Driver.ps1 leaves its traces, and Test-Driver.ps1 finds them.
$InstallTraces = Join-Path ([IO.Path]::GetTempPath()) 'vgpudod-install'
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
    # A 32-bit process does not see pnputil.exe, bcdedit.exe and verifier.exe.
    if (-not [Environment]::Is64BitProcess) {
        Stop-Script 'this is a 32-bit PowerShell: start the one that is called "Windows PowerShell", without "(x86)"'
    }
}

# Runs a program and returns its exit code and what it printed, as lines and as one. An exit code that is not listed ends the script,
# unless any is welcome.
function Invoke-Tool {
    param(
        [Parameter(Mandatory = $true)][string]$Path,
        [string[]]$Arguments = @(),
        [int[]]$Success = @(0),
        [switch]$AnyCode
    )
    # With 'Stop', Windows PowerShell 5.1 ends at the first line that a program writes to standard error.
    $ErrorActionPreference = 'Continue'
    $output = @()
    $code = -1
    try {
        $output = @(& $Path @Arguments 2>&1 | ForEach-Object { "$_" } | Where-Object { $_.Trim() })
        $code = $LASTEXITCODE
    }
    catch {
        Stop-Script "$Path cannot be started: $($_.Exception.Message)"
    }
    # Which of the lines has the reason depends on the program, and its words on the language of Windows.
    $said = @($output | ForEach-Object { $_.Trim() }) -join ' / '
    if (-not $AnyCode -and $Success -notcontains $code) {
        Stop-Script "$Path $Arguments ended with code ${code}: $said"
    }
    New-Object PSObject -Property @{ Code = $code; Output = $output; Said = $said }
}

# Traces the driver and dxgkrnl into vgpudod.etl and dxgkrnl.etl in this folder, the latest 256 MB of each. Returns the sessions that run.
function Open-Trace {
    param([Parameter(Mandatory = $true)][string]$Place)
    foreach ($name in 'vgpudod', 'dxgkrnl') {
        $provider = $TraceProvider
        if ($name -eq 'dxgkrnl') { $provider = $PortTraceProvider }
        $session = "vgpudod-trace-$name"
        # One that an earlier run left behind.
        Invoke-Tool -Path 'logman.exe' -Arguments 'stop', $session, '-ets' -AnyCode | Out-Null
        $file = Join-Path $Place "$name.etl"
        $started = Invoke-Tool -Path 'logman.exe' -Arguments 'start', $session, '-ets', '-p', $provider, '0xffffffffffffffff', '0xff', '-f', 'bincirc', '-max', '256', '-o', $file -AnyCode
        if ($started.Code -eq 0) { $session }
    }
}

function Close-Trace {
    param([string[]]$Sessions = @())
    foreach ($session in $Sessions) {
        Invoke-Tool -Path 'logman.exe' -Arguments 'stop', $session, '-ets' -AnyCode | Out-Null
    }
}

# The virtio GPUs that are plugged in.
function Get-VirtioGpu {
    Get-PnpDevice -PresentOnly -ErrorAction SilentlyContinue | Where-Object { $_.InstanceId -like "$HardwareId*" }
}

# A property of a device, or nothing. One that is empty has no Data at all.
function Get-DeviceValue {
    param(
        [Parameter(Mandatory = $true)][string]$InstanceId,
        [Parameter(Mandatory = $true)][string]$Key
    )
    foreach ($property in @(Get-PnpDeviceProperty -InstanceId $InstanceId -KeyName $Key -ErrorAction SilentlyContinue)) {
        $data = $property.PSObject.Properties['Data']
        if ($data) { $data.Value }
    }
}

# This driver's packages in the driver store, by the names that Windows gave them (oem1.inf, ...). Listing them takes an administrator's
# rights, so -WhatIf without them takes the store for empty.
function Get-StoredPackage {
    try {
        Get-WindowsDriver -Online -ErrorAction Stop |
            Where-Object { (Split-Path -Leaf $_.OriginalFileName) -eq "$ServiceName.inf" }
    }
    catch {
        if (-not $WhatIfPreference) {
            Stop-Script "the driver store cannot be listed: $($_.Exception.Message) Restart the machine and run this again"
        }
    }
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

# The folder that `cargo xtask package` makes, with everything in it. The scripts lie in it; in a clone, elsewhere.
function Resolve-Package {
    param([string]$Path)
    if (-not $Path) {
        $Path = Split-Path -Parent $PSScriptRoot
        if (-not (Test-Path -LiteralPath (Join-Path $Path "$ServiceName.inf"))) {
            $Path = Join-Path $PSScriptRoot '..\..\target\package\vgpudod'
        }
    }
    if (-not (Test-Path -LiteralPath $Path -PathType Container)) {
        Stop-Script "there is no folder ${Path}: make the package with 'cargo xtask package' and name its folder with -Package"
    }
    foreach ($name in "$ServiceName.inf", "$ServiceName.sys", "$ServiceName.cat", "$ServiceName.cer") {
        if (-not (Test-Path -LiteralPath (Join-Path $Path $name) -PathType Leaf)) {
            Stop-Script "there is no $name in ${Path}: copy the whole package there, or name its folder with -Package"
        }
    }
    (Resolve-Path -LiteralPath $Path).ProviderPath
}
