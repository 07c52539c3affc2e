//! Signs a file with osslsigncode, as signtool does on Windows, and has osslsigncode verify what it made.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::certificate::Signer;
use crate::process;

/// Signs the file in place (SHA-256), stating this time (seconds since 1970).
pub fn sign(signer: &Signer, file: &Path, time: u64) -> Result<()> {
    let signed = file.with_extension("signed");
    let mut command = Command::new("osslsigncode");
    command
        .args(["sign", "-h", "sha256", "-time", &time.to_string(), "-certs"])
        .arg(signer.pem());
    command
        .arg("-key")
        .arg(signer.key())
        .arg("-in")
        .arg(file)
        .arg("-out")
        .arg(&signed);
    process::capture(&mut command).with_context(|| format!("cannot sign {}", file.display()))?;
    fs::rename(&signed, file).with_context(|| format!("cannot replace {}", file.display()))
}

/// Has osslsigncode verify a file's own signature, or, with a catalog, that the catalog lists it; what it says against it.
pub fn verify(file: &Path, catalog: Option<&Path>, certificate: &Path) -> Result<Option<String>> {
    let authorities = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    let mut convert = Command::new("openssl");
    convert
        .args(["x509", "-inform", "DER", "-in"])
        .arg(certificate)
        .arg("-out")
        .arg(authorities.path());
    process::capture(&mut convert).context("cannot read the certificate")?;

    let mut command = Command::new("osslsigncode");
    command.arg("verify");
    if let Some(catalog) = catalog {
        command.arg("-catalog").arg(catalog);
    }
    command
        .arg("-CAfile")
        .arg(authorities.path())
        .arg("-in")
        .arg(file);
    let output = command.output().context("cannot start osslsigncode")?;
    if output.status.success() {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    let name = file
        .file_name()
        .unwrap_or(OsStr::new("the file"))
        .to_string_lossy();
    let reason = said
        .lines()
        .find(|line| line.to_lowercase().contains("fail") || line.to_lowercase().contains("error"));
    let reason = reason.unwrap_or("no reason given").trim();
    let with = if catalog.is_some() {
        " by the catalog"
    } else {
        ""
    };
    Ok(Some(format!(
        "osslsigncode does not verify {name}{with}: {reason}"
    )))
}
