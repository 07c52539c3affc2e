//! The test certificate that packages are signed with: made on the spot, kept under target/package, never in the repository.
//!
//! It is self-signed, for code signing only (as makecert's `-r -eku 1.3.6.1.5.5.7.3.3` makes one), and valid for a year. A test machine
//! that is told to trust it trusts whoever has the key, so the key is readable by its owner only and has no use elsewhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, anyhow, bail};
use der::{Decode, DecodePem};
use x509_cert::Certificate;
use x509_cert::ext::pkix::ExtendedKeyUsage;

use crate::process;

/// The subject's and issuer's name.
pub const NAME: &str = "vgpudod test certificate";
const DAYS: u32 = 365;
/// Code signing (RFC 5280, 4.2.1.12).
const CODE_SIGNING: &str = "1.3.6.1.5.5.7.3.3";

const KEY: &str = "key.pem";
const PEM: &str = "certificate.pem";
const DER: &str = "certificate.cer";

/// A key with its certificate.
#[derive(Debug, Clone)]
pub struct Signer {
    folder: PathBuf,
}

impl Signer {
    /// The one in this folder; made now if there is none, or if another is asked for. One that has expired is an error.
    pub fn ready(folder: &Path, renew: bool) -> Result<Self> {
        let signer = Self {
            folder: folder.to_owned(),
        };
        if renew || !signer.key().exists() || !signer.pem().exists() || !signer.der().exists() {
            signer.make().context("cannot make the test certificate")?;
        }
        let text = fs::read(signer.pem())
            .with_context(|| format!("cannot read {}", signer.pem().display()))?;
        let certificate = Certificate::from_pem(text).map_err(|error| {
            anyhow!(
                "{} is no certificate ({error}): make another with --new-certificate",
                signer.pem().display()
            )
        })?;
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .context("the clock is before 1970")?;
        check(&certificate, now.as_secs())?;
        Ok(signer)
    }

    fn make(&self) -> Result<()> {
        process::say(
            "Making",
            &format!("a test certificate ({})", self.folder.display()),
        );
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)?;
        }
        fs::create_dir_all(&self.folder)?;
        let configuration = self.folder.join("openssl.cnf");
        fs::write(&configuration, configuration_text())?;
        let days = DAYS.to_string();
        let mut command = Command::new("openssl");
        command
            .args([
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", &days,
                "-config",
            ])
            .arg(&configuration);
        command
            .arg("-keyout")
            .arg(self.key())
            .arg("-out")
            .arg(self.pem());
        process::capture(&mut command)?;
        owner_only(&self.key())?;
        let mut command = Command::new("openssl");
        command
            .args(["x509", "-outform", "DER", "-in"])
            .arg(self.pem())
            .arg("-out")
            .arg(self.der());
        process::capture(&mut command)?;
        Ok(())
    }

    /// The time that signatures state: the commit's, or, if the certificate is younger, the certificate's first second.
    pub fn signing_time(&self, time: u64) -> Result<u64> {
        signing_time(&read(&self.der())?, time)
    }

    /// The private key.
    pub fn key(&self) -> PathBuf {
        self.folder.join(KEY)
    }

    /// The certificate as text.
    pub fn pem(&self) -> PathBuf {
        self.folder.join(PEM)
    }

    /// The certificate as Windows takes it.
    pub fn der(&self) -> PathBuf {
        self.folder.join(DER)
    }
}

/// What openssl is told of the certificate.
fn configuration_text() -> String {
    format!(
        "[req]\ndistinguished_name = name\nprompt = no\nx509_extensions = extensions\n\
         [name]\nCN = {NAME}\n\
         [extensions]\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = codeSigning\nsubjectKeyIdentifier = hash\n"
    )
}

/// Whether the certificate signs code at this time (seconds since 1970, UTC).
pub fn check(certificate: &Certificate, now: u64) -> Result<()> {
    let (from, to) = validity(certificate);
    let validity = certificate.tbs_certificate.validity;
    if now > to {
        bail!(
            "the test certificate expired on {}: make another with --new-certificate",
            validity.not_after
        );
    }
    if now < from {
        bail!(
            "the test certificate is valid from {} only, and this machine's clock is before that",
            validity.not_before
        );
    }
    let usages = certificate
        .tbs_certificate
        .get::<ExtendedKeyUsage>()
        .context("the test certificate's key usage")?;
    let signs = usages.is_some_and(|(_, ExtendedKeyUsage(usages))| {
        usages.iter().any(|usage| usage.to_string() == CODE_SIGNING)
    });
    if !signs {
        bail!("the test certificate is not for code signing: make another with --new-certificate");
    }
    Ok(())
}

/// First and last second in which the certificate is valid, since 1970.
pub fn validity(certificate: &Certificate) -> (u64, u64) {
    let validity = certificate.tbs_certificate.validity;
    (
        validity.not_before.to_unix_duration().as_secs(),
        validity.not_after.to_unix_duration().as_secs(),
    )
}

fn signing_time(certificate: &Certificate, time: u64) -> Result<u64> {
    let (from, to) = validity(certificate);
    if time > to {
        bail!(
            "the package's time ({}) is after the test certificate's last day ({}): set SOURCE_DATE_EPOCH to an earlier one, or make another certificate with --new-certificate",
            crate::inf::date(time),
            crate::inf::date(to)
        );
    }
    Ok(time.max(from))
}

/// Reads a certificate as Windows takes it.
pub fn read(path: &Path) -> Result<Certificate> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Certificate::from_der(&bytes).with_context(|| format!("{} is no certificate", path.display()))
}

#[cfg(unix)]
fn owner_only(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
        .with_context(|| format!("cannot protect {}", path.display()))
}

#[cfg(not(unix))]
fn owner_only(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// These need openssl, as making a package does.
    fn made() -> (tempfile::TempDir, Certificate) {
        super::super::tools_for_tests();
        let folder = tempfile::tempdir().unwrap();
        let signer = Signer::ready(&folder.path().join("certificate"), false).unwrap();
        let certificate = read(&signer.der()).unwrap();
        (folder, certificate)
    }

    #[test]
    fn it_is_kept_until_another_is_asked_for() {
        let (folder, first) = made();
        let folder = folder.path().join("certificate");
        let again = read(&Signer::ready(&folder, false).unwrap().der()).unwrap();
        assert_eq!(again, first);
        assert_ne!(
            read(&Signer::ready(&folder, true).unwrap().der()).unwrap(),
            first
        );
    }

    #[test]
    fn one_that_was_written_by_half_says_what_to_do() {
        let (folder, _) = made();
        let folder = folder.path().join("certificate");
        fs::write(folder.join(PEM), "-----BEGIN CERT").unwrap();
        let error = Signer::ready(&folder, false).unwrap_err().to_string();
        assert!(error.contains("--new-certificate"), "{error}");
        Signer::ready(&folder, true).unwrap();
    }

    #[test]
    fn it_signs_code_for_a_year_and_an_expired_one_says_so() {
        let (_folder, certificate) = made();
        let from = certificate
            .tbs_certificate
            .validity
            .not_before
            .to_unix_duration()
            .as_secs();
        check(&certificate, from + 364 * 86_400).unwrap();
        let error = check(&certificate, from + 366 * 86_400)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("expired on") && error.contains("--new-certificate"),
            "{error}"
        );
        assert!(check(&certificate, from - 1).is_err());
        assert_eq!(
            certificate.tbs_certificate.subject.to_string(),
            format!("CN={NAME}")
        );
    }

    #[test]
    fn signatures_state_a_time_in_which_the_certificate_is_valid() {
        let (_folder, certificate) = made();
        let (from, to) = validity(&certificate);
        assert_eq!(signing_time(&certificate, 0).unwrap(), from);
        assert_eq!(signing_time(&certificate, from + 7).unwrap(), from + 7);
        let error = signing_time(&certificate, to + 1).unwrap_err().to_string();
        assert!(error.contains("SOURCE_DATE_EPOCH"), "{error}");
    }

    #[test]
    fn a_certificate_for_something_else_is_refused() {
        let (_folder, mut certificate) = made();
        let from = certificate
            .tbs_certificate
            .validity
            .not_before
            .to_unix_duration()
            .as_secs();
        certificate.tbs_certificate.extensions = None;
        assert!(
            check(&certificate, from)
                .unwrap_err()
                .to_string()
                .contains("code signing")
        );
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_reads_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, _) = made();
        let key = Signer {
            folder: folder.path().join("certificate"),
        }
        .key();
        assert_eq!(
            fs::metadata(key).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
