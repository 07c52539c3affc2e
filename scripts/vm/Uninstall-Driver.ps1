#Requires -Version 5.1
<#
.SYNOPSIS
Takes the driver off this machine and, if asked, everything else that the other scripts changed.

.DESCRIPTION
Deletes this driver's packages from the driver store; the device goes back to the Microsoft Basic Display Adapter. What is not there is
passed over, so it can be run at any time.

.PARAMETER All
Also turns Driver Verifier off for the next start, removes the test certificates (wdk-build's too) from the machine's stores and turns test
signing off.

.EXAMPLE
.\Uninstall-Driver.ps1
.\Uninstall-Driver.ps1 -All
#>
[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [switch]$All
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
. (Join-Path $PSScriptRoot 'Common.ps1')

Assert-Administrator
$restart = $false

$packages = @(Get-StoredPackage)
if ($packages.Count -eq 0) {
    Write-Step 'the driver is not installed'
}
foreach ($package in $packages) {
    $name = Split-Path -Leaf $package.Driver
    if ($PSCmdlet.ShouldProcess("$name (version $($package.Version))", 'Uninstall the driver')) {
        # Not /force: Windows does not allow it for packages that run from the driver store.
        $result = Invoke-Tool -Path 'pnputil.exe' -Arguments '/delete-driver', $name, '/uninstall' -Success 0, 3010, 1641
        if ($result.Code -ne 0) { $restart = $true }
        Write-Step "$name is uninstalled"
    }
}

if ($All) {
    if ($PSCmdlet.ShouldProcess('Driver Verifier', 'Turn off at the next start')) {
        $result = Invoke-Tool -Path 'verifier.exe' -Arguments '/reset' -Success 0, 2
        if ($result.Code -eq 2) { $restart = $true }
        Write-Step 'Driver Verifier is off from the next start'
    }
    foreach ($store in 'Root', 'TrustedPublisher') {
        $found = @(Get-ChildItem -Path "Cert:\LocalMachine\$store" | Where-Object { $_.Subject -eq $CertificateSubject -or $_.Subject -eq $WdkCertificateSubject })
        foreach ($certificate in $found) {
            if ($PSCmdlet.ShouldProcess("$store, $($certificate.Thumbprint)", 'Remove the test certificate')) {
                Remove-Item -LiteralPath $certificate.PSPath
                Write-Step "$store does not trust the certificate any more"
            }
        }
    }
    # Whether it was on when the machine started says nothing of the next start. With Secure Boot nobody can have turned it on.
    if (-not (Test-SecureBoot) -and $PSCmdlet.ShouldProcess('the boot configuration', 'Turn test signing off')) {
        Invoke-Tool -Path 'bcdedit.exe' -Arguments '/set', 'testsigning', 'off' | Out-Null
        if (Test-TestSigning) { $restart = $true }
        Write-Step 'test signing is off from the next start'
    }
}
if ($restart) {
    Write-Step 'restart the machine'
}
