#Requires -Version 5.1
<#
.SYNOPSIS
Makes a virtual machine with a virtio GPU for QEMU, and prints (or runs) the command line that starts it.

.DESCRIPTION
Makes the disk image and the firmware's variable store if they are not there, and leaves them alone if they are. The machine has UEFI
firmware without Secure Boot, which test signing needs.

Which machine has a virtio GPU: QEMU, with KVM on Linux or WHPX on Windows. Hyper-V and VirtualBox have none, so on them the driver can
be added to the driver store but there is no device for it to start on.

-Display Vga gives virtio-vga: it shows a picture before any driver runs, so Windows can be installed on it. -Display Gpu gives
virtio-gpu-pci, which has no VGA part: the screen stays dark until the driver starts. Both are PCI\VEN_1AF4&DEV_1050.

.PARAMETER Folder
Where the disk image and the variable store lie.

.PARAMETER Iso
Windows' installation medium, for the first start.

.PARAMETER Firmware
UEFI firmware for QEMU without Secure Boot (OVMF_CODE.fd or edk2-x86_64-code.fd).

.PARAMETER Variables
Its empty variable store (OVMF_VARS.fd), to be copied.

.PARAMETER Share
A folder of this machine that the virtual machine sees as a read-only drive: the package, say.

.PARAMETER DebugPort
A TCP port of this machine, on which a kernel debugger finds the virtual machine's first serial port. Other machines do not reach it.

.PARAMETER Start
Start the machine now.

.EXAMPLE
.\New-TestVm.ps1 -Folder D:\vm -Iso D:\Win11.iso -Firmware D:\ovmf\OVMF_CODE.fd -Variables D:\ovmf\OVMF_VARS.fd -Start
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [Parameter(Mandatory = $true)][string]$Folder,
    [Parameter(Mandatory = $true)][string]$Firmware,
    [Parameter(Mandatory = $true)][string]$Variables,
    [string]$Iso,
    [string]$Share,
    [ValidateSet('Vga', 'Gpu')][string]$Display = 'Vga',
    [ValidateRange(1, 64)][int]$Processors = 4,
    [ValidateRange(2048, 65536)][int]$Megabytes = 8192,
    [ValidateRange(32, 1024)][int]$DiskGigabytes = 64,
    [ValidateRange(0, 65535)][int]$DebugPort = 0,
    [switch]$Start
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'Common.ps1')

foreach ($program in 'qemu-system-x86_64', 'qemu-img') {
    if (-not (Get-Command -Name $program -CommandType Application -ErrorAction SilentlyContinue)) {
        Stop-Script "$program is not on the search path: install QEMU (Debian: qemu-system-x86, qemu-system-gui, qemu-utils) or add its folder to PATH"
    }
}
foreach ($file in @($Firmware, $Variables, $Iso) | Where-Object { $_ }) {
    if (-not (Test-Path -LiteralPath $file -PathType Leaf)) {
        Stop-Script "there is no file ${file}: name the firmware (OVMF) and the installation medium by their whole paths"
    }
}
if ($Share -and -not (Test-Path -LiteralPath $Share -PathType Container)) {
    Stop-Script "there is no folder ${Share}: make the package with 'cargo xtask package' first"
}
# QEMU tells its own words in the folder's name apart by colons; a drive's letter it knows.
if ($Share -and ($Share -replace '^[A-Za-z]:', '').Contains(':')) {
    Stop-Script "QEMU does not take a folder with a colon in its name (${Share}): copy the package elsewhere"
}

$disk = Join-Path $Folder 'windows.qcow2'
$store = Join-Path $Folder 'variables.fd'
if (-not (Test-Path -LiteralPath $Folder) -and $PSCmdlet.ShouldProcess($Folder, 'Make the folder')) {
    New-Item -ItemType Directory -Path $Folder -Force | Out-Null
}
if (-not (Test-Path -LiteralPath $disk) -and $PSCmdlet.ShouldProcess($disk, "Make a disk image of $DiskGigabytes GB")) {
    Invoke-Tool -Path 'qemu-img' -Arguments 'create', '-f', 'qcow2', $disk, "${DiskGigabytes}G" | Out-Null
}
if (-not (Test-Path -LiteralPath $store) -and $PSCmdlet.ShouldProcess($store, 'Copy the variable store')) {
    Copy-Item -LiteralPath $Variables -Destination $store
}

# $IsLinux exists in PowerShell 6 and later only.
$linux = $PSVersionTable.PSVersion.Major -ge 6 -and (Get-Variable -Name 'IsLinux' -ValueOnly)
$accelerator = 'whpx,kernel-irqchip=off'
$processor = 'max'
if ($linux) {
    $accelerator = 'kvm'
    $processor = 'host'
}
$device = 'virtio-vga'
if ($Display -eq 'Gpu') { $device = 'virtio-gpu-pci' }

# In the values of QEMU's options a comma is written twice.
function Get-OptionValue {
    param([Parameter(Mandatory = $true)][string]$Text)
    $Text.Replace(',', ',,')
}

$arguments = @(
    '-machine', 'q35', '-accel', $accelerator, '-cpu', $processor, '-smp', "$Processors", '-m', "$Megabytes",
    '-drive', "if=pflash,format=raw,unit=0,readonly=on,file=$(Get-OptionValue $Firmware)",
    '-drive', "if=pflash,format=raw,unit=1,file=$(Get-OptionValue $store)",
    '-drive', "if=none,id=disk,format=qcow2,file=$(Get-OptionValue $disk)", '-device', 'ahci,id=ahci', '-device', 'ide-hd,drive=disk,bus=ahci.0',
    '-vga', 'none', '-device', $device, '-display', 'gtk',
    '-device', 'qemu-xhci', '-device', 'usb-tablet', '-device', 'usb-kbd',
    '-nic', 'user,model=e1000e', '-rtc', 'base=localtime'
)
if ($Iso) {
    $arguments += '-drive', "if=none,id=medium,media=cdrom,file=$(Get-OptionValue $Iso)", '-device', 'ide-cd,drive=medium,bus=ahci.1'
}
if ($Share) {
    $arguments += '-drive', "if=none,id=share,format=raw,readonly=on,file=fat:$(Get-OptionValue $Share)", '-device', 'usb-storage,drive=share'
}
if ($DebugPort -ne 0) {
    $arguments += '-serial', "tcp:127.0.0.1:$DebugPort,server=on,wait=off"
}

$quoted = $arguments | ForEach-Object { if ($_ -match '[\s&]') { '"{0}"' -f $_ } else { $_ } }
Write-Output "qemu-system-x86_64 $($quoted -join ' ')"
if ($Start -and $PSCmdlet.ShouldProcess('the virtual machine', 'Start')) {
    Start-Process -FilePath 'qemu-system-x86_64' -ArgumentList $quoted
}
