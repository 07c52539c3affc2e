#Requires -Version 5.1
<#
.SYNOPSIS
Tests the installed driver and puts the evidence into one zip file.

.DESCRIPTION
Checks that the device runs with this driver, that vgpuctl gets an answer from it, and that the answers make sense; that nothing crashed
since the driver was installed; that Driver Verifier, if it is on, counts for this driver. Traces the driver and dxgkrnl meanwhile. The zip
file has a summary.txt (also printed), vgpuctl's answers, the traces, also those that Install-Driver.ps1 made, Verifier's counters, the system's and the display's events, minidumps, and the
set-up log. The exit code is 0 if every check passed, 1 if not.

.PARAMETER Package
The folder that `cargo xtask package` made, for vgpuctl.exe; by default the one that the scripts' folder lies in, or target\package\vgpudod.

.PARAMETER Output
The zip file; by default vgpudod-<time>.zip in the working folder.

.PARAMETER Seconds
How long to trace between the two readings of the statistics. Do something on the screen meanwhile.

.EXAMPLE
.\Test-Driver.ps1 -Package D:\vgpudod -Seconds 60
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [string]$Package,
    [string]$Output,
    [ValidateRange(1, 3600)][int]$Seconds = 20
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'Common.ps1')

Assert-Administrator
Assert-WindowsVersion
$folder = Resolve-Package $Package
$tool = Join-Path $folder 'vgpuctl.exe'
if (-not (Test-Path -LiteralPath $tool -PathType Leaf)) {
    Stop-Script "there is no vgpuctl.exe in ${folder}: 'cargo xtask package' puts it there; on Windows build it and copy it (docs/windows.md)"
}
if (-not $Output) {
    $Output = Join-Path (Get-Location).Path ('vgpudod-{0:yyyyMMdd-HHmmss}.zip' -f (Get-Date))
}
if (Test-Path -LiteralPath $Output) {
    Stop-Script "$Output is there already: name another file with -Output"
}
if (-not $PSCmdlet.ShouldProcess($Output, "Trace for $Seconds s, read the driver's statistics and collect the evidence")) {
    exit 0
}

$work = Join-Path ([IO.Path]::GetTempPath()) "vgpudod-$PID"
New-Item -ItemType Directory -Path $work -Force | Out-Null
$results = New-Object Collections.ArrayList

function Add-Result {
    param([bool]$Passed, [string]$Check, [string]$Detail)
    $word = 'FAIL'
    if ($Passed) { $word = 'pass' }
    $results.Add(("{0}  {1}: {2}" -f $word, $Check, $Detail)) | Out-Null
}

# Keeps what a program prints. That it fails is in the evidence, not an end to collecting it.
function Save-Output {
    param([string]$Name, [string]$Path, [string[]]$Arguments = @())
    # With 'Stop', Windows PowerShell 5.1 ends at the first line that a program writes to standard error.
    $ErrorActionPreference = 'Continue'
    try {
        & $Path @Arguments 2>&1 | Out-File -FilePath (Join-Path $work $Name) -Encoding utf8
        $LASTEXITCODE
    }
    catch {
        "$_" | Out-File -FilePath (Join-Path $work $Name) -Encoding utf8
        -1
    }
}

function Read-Json {
    param([string]$Name)
    try {
        Get-Content -LiteralPath (Join-Path $work $Name) -Raw | ConvertFrom-Json
    }
    catch {
        $null
    }
}

$sessions = @(Open-Trace $work)
try {
    $devices = @(Get-VirtioGpu)
    Add-Result ($devices.Count -gt 0) 'a virtio GPU is plugged in' "$($devices.Count) found"
    $stored = @(Get-StoredPackage | ForEach-Object { Split-Path -Leaf $_.Driver })
    $installed = $null
    foreach ($device in $devices) {
        $inf = Get-DeviceValue -InstanceId $device.InstanceId -Key 'DEVPKEY_Device_DriverInfPath'
        $version = Get-DeviceValue -InstanceId $device.InstanceId -Key 'DEVPKEY_Device_DriverVersion'
        $problem = Get-DeviceValue -InstanceId $device.InstanceId -Key 'DEVPKEY_Device_ProblemCode'
        $installed = Get-DeviceValue -InstanceId $device.InstanceId -Key 'DEVPKEY_Device_InstallDate'
        Add-Result ($stored -contains $inf) 'it has this driver' "$($device.InstanceId) has $inf, version $version"
        Add-Result ($device.Status -eq 'OK') 'it runs' "status $($device.Status), problem code $problem"
    }

    $code = Save-Output 'info.json' $tool @('info', '--json')
    Add-Result ($code -eq 0) 'vgpuctl info' "exit code $code"
    $code = Save-Output 'stats-before.json' $tool @('stats', '--json')
    Add-Result ($code -eq 0) 'vgpuctl stats' "exit code $code"
    # It ends with an error if a closure was refused or lost, or ran beside another.
    $code = Save-Output 'exercise.json' $tool @('exercise', '--closures', '250000', '--json')
    Add-Result ($code -eq 0) 'vgpuctl exercise: a million closures on each interrupt source' "exit code $code"
    Start-Sleep -Seconds $Seconds
    $code = Save-Output 'stats-after.json' $tool @('stats', '--json')
    Add-Result ($code -eq 0) "vgpuctl stats, $Seconds s later" "exit code $code"
    $before = Read-Json 'stats-before.json'
    $after = Read-Json 'stats-after.json'
    Add-Result ($null -ne $before -and $null -ne $after) 'the statistics are readable' 'stats-before.json, stats-after.json'

    if ($null -ne $before -and $null -ne $after) {
        $ended = $after.frames_completed + $after.frames_failed + $after.frames_outstanding
        Add-Result ($after.frames_submitted -eq $ended) 'every frame is accounted for' "$($after.frames_submitted) submitted, $ended completed, failed or under way"
        Add-Result ($after.frames_failed -eq 0) 'no frame failed' "$($after.frames_failed) failed"
        Add-Result ($after.frames_completed -ge $before.frames_completed) 'frames are counted up' "$($before.frames_completed), then $($after.frames_completed)"
        Add-Result ($after.device_errors -eq 0) 'the device answered rightly' "$($after.device_errors) errors"
    }

    $since = (Get-Date).AddDays(-1)
    if ($installed) { $since = $installed }
    $dumps = @(Get-ChildItem -Path (Join-Path $env:SystemRoot 'Minidump') -Filter '*.dmp' -ErrorAction SilentlyContinue |
            Where-Object { $_.LastWriteTime -gt $since })
    Add-Result ($dumps.Count -eq 0) 'nothing crashed since the driver was installed' "$($dumps.Count) minidumps since $since"
    foreach ($dump in $dumps) {
        Copy-Item -LiteralPath $dump.FullName -Destination $work
    }
    # Windows keeps going after these: a frame that took more than two seconds is one. They are large, so they are only listed.
    $reports = @(Get-ChildItem -Path (Join-Path $env:SystemRoot 'LiveKernelReports') -Filter '*.dmp' -Recurse -ErrorAction SilentlyContinue |
            Where-Object { $_.LastWriteTime -gt $since })
    Add-Result ($reports.Count -eq 0) 'no live dump since the driver was installed' "$($reports.Count) since $since"
    $reports | Format-List FullName, LastWriteTime, Length | Out-File -FilePath (Join-Path $work 'live-dumps.txt') -Encoding utf8
    # Event 4101: a display driver was reset because it took too long.
    $resets = @(Get-WinEvent -FilterHashtable @{ LogName = 'System'; ProviderName = 'Display'; Id = 4101; StartTime = $since } -ErrorAction SilentlyContinue)
    Add-Result ($resets.Count -eq 0) 'no display driver was reset' "$($resets.Count) events 4101 since $since"

    Save-Output 'verifier-settings.txt' 'verifier.exe' @('/querysettings') | Out-Null
    Save-Output 'verifier.txt' 'verifier.exe' @('/query') | Out-Null
    $verified = [bool](Select-String -LiteralPath (Join-Path $work 'verifier.txt') -Pattern "$ServiceName.sys" -SimpleMatch -Quiet)
    $results.Add("note  Driver Verifier watches the driver: $verified") | Out-Null

    Save-Output 'device.txt' 'pnputil.exe' @('/enum-devices', '/class', 'Display', '/drivers') | Out-Null
    Save-Output 'boot.txt' 'bcdedit.exe' @('/enum') | Out-Null
    Get-CimInstance -ClassName Win32_OperatingSystem | Select-Object Caption, Version, BuildNumber, LastBootUpTime |
        Out-File -FilePath (Join-Path $work 'system.txt') -Encoding utf8
    Get-CimInstance -ClassName Win32_VideoController | Select-Object Name, DriverVersion, CurrentHorizontalResolution, CurrentVerticalResolution, Status |
        Out-File -FilePath (Join-Path $work 'system.txt') -Encoding utf8 -Append
    Get-WinEvent -FilterHashtable @{ LogName = 'System'; StartTime = $since } -ErrorAction SilentlyContinue |
        Where-Object { $_.ProviderName -match 'Display|Kernel-PnP|WER|dxgkrnl|vgpudod' } |
        Format-List TimeCreated, ProviderName, Id, LevelDisplayName, Message | Out-File -FilePath (Join-Path $work 'events.txt') -Encoding utf8
    $log = Join-Path $env:SystemRoot 'INF\setupapi.dev.log'
    if (Test-Path -LiteralPath $log) {
        Get-Content -LiteralPath $log -Tail 2000 | Out-File -FilePath (Join-Path $work 'setupapi.txt') -Encoding utf8
    }
}
catch {
    # What there is goes into the zip file all the same.
    Add-Result $false 'the evidence is whole' "$_"
}
finally {
    Close-Trace $sessions
}
foreach ($name in 'vgpudod', 'dxgkrnl') {
    $trace = Join-Path $work "$name.etl"
    $size = 0
    if (Test-Path -LiteralPath $trace) { $size = (Get-Item -LiteralPath $trace).Length }
    Add-Result ($sessions -contains "vgpudod-trace-$name" -and $size -gt 0) "the trace of $name" "$name.etl, $size bytes"
}
if (Test-Path -LiteralPath $InstallTraces) {
    Copy-Item -LiteralPath $InstallTraces -Destination $work -Recurse
}

$failed = @($results | Where-Object { $_ -like 'FAIL*' })
$results.Add(("{0} checks failed" -f $failed.Count)) | Out-Null
$results | Out-File -FilePath (Join-Path $work 'summary.txt') -Encoding utf8
$results | ForEach-Object { Write-Host "  $_" }
Compress-Archive -Path (Join-Path $work '*') -DestinationPath $Output
Remove-Item -LiteralPath $work -Recurse -Force
Write-Step "evidence: $Output"
if ($failed.Count -gt 0) {
    exit 1
}
