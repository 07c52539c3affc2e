#Requires -Version 5.1
<#
.SYNOPSIS
Makes a test machine trust the package's test certificate and load drivers that are signed with it.

.DESCRIPTION
Puts vgpudod.cer into the machine's Root and TrustedPublisher stores and turns test signing on, which takes effect at the next start.
What is done already is left alone. For test machines only: whoever has the certificate's key can sign drivers for this machine.

.PARAMETER Package
The package's folder, with vgpudod.cer; by default the one that the scripts' folder lies in, or target\package\vgpudod.

.PARAMETER Restart
Restart at the end if that is needed.

.EXAMPLE
.\Enable-TestSigning.ps1 -Package D:\vgpudod -Restart
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [string]$Package,
    [switch]$Restart
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'Common.ps1')

Assert-Administrator
Assert-WindowsVersion
$folder = Resolve-Package $Package
if (Test-SecureBoot) {
    Stop-Script 'Secure Boot is on, and Windows refuses test signing with it: turn it off in the virtual machine''s firmware (docs/windows.md) and run this again'
}

$file = Join-Path $folder "$ServiceName.cer"
try {
    $certificate = New-Object Security.Cryptography.X509Certificates.X509Certificate2($file)
}
catch {
    Stop-Script "$file is no certificate: copy the package anew"
}
if ($certificate.NotAfter -lt (Get-Date)) {
    Stop-Script "the test certificate expired on $($certificate.NotAfter): make the package anew with 'cargo xtask package --new-certificate'"
}
# First what Windows can refuse, so that nothing is done by halves.
$on = Test-TestSigning
if ($on) {
    Write-Step 'test signing is on'
}
elseif ($PSCmdlet.ShouldProcess('the boot configuration', 'Turn test signing on')) {
    Invoke-Tool -Path 'bcdedit.exe' -Arguments '/set', 'testsigning', 'on' | Out-Null
    Write-Step 'test signing is on from the next start'
}
foreach ($store in 'Root', 'TrustedPublisher') {
    $place = "Cert:\LocalMachine\$store"
    if (Test-Path -Path (Join-Path $place $certificate.Thumbprint)) {
        Write-Step "$store trusts the certificate already"
    }
    elseif ($PSCmdlet.ShouldProcess($place, "Import $file")) {
        Import-Certificate -FilePath $file -CertStoreLocation $place -ErrorAction SilentlyContinue | Out-Null
        # It was seen to be refused for TrustedPublisher, where certutil was not.
        if (-not (Test-Path -Path (Join-Path $place $certificate.Thumbprint))) {
            Invoke-Tool -Path 'certutil.exe' -Arguments '-f', '-addstore', $store, $file | Out-Null
        }
        Write-Step "$store trusts the certificate now"
    }
}

if ($on) {
    Write-Step 'run Install-Driver.ps1'
}
elseif ($Restart -and $PSCmdlet.ShouldProcess('this machine', 'Restart')) {
    Restart-Computer
}
elseif (-not $WhatIfPreference) {
    Write-Step 'restart the machine, then run Install-Driver.ps1'
}
