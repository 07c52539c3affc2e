//! Reads a finished package as Windows will, and says what is wrong with it.
//!
//! The signatures are verified by osslsigncode, and once more from the parts: the crate `cms` takes them apart, the digests are compared
//! here, and openssl checks the signature over them with the key of the certificate in the package.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use authenticode::{AttributeCertificateIterator, SPC_INDIRECT_DATA_OBJID, SpcIndirectDataContent};
use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerInfo};
use der::asn1::{Any, ObjectIdentifier, OctetString, UtcTime};
use der::{Decode, Encode, Reader, SliceReader};
use object::read::pe::PeFile64;
use sha2::{Digest, Sha256};
use x509_cert::Certificate;

use super::authenticode as hash;
use super::catalog::{self, Catalog, Member};
use super::{certificate, names, sign};
use crate::inf;
use crate::inf::document::{Document, is};
use crate::inf::stamp::Stamp;
use crate::process;

/// What a package is held against.
#[derive(Debug, Clone)]
pub struct Expected {
    /// What its INF file was stamped with.
    pub stamp: Stamp,
    /// The scripts for the test machine.
    pub scripts: BTreeMap<String, Vec<u8>>,
}

const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// Everything that is wrong with the package in this folder.
pub fn findings(folder: &Path, expected: &Expected) -> Result<Vec<String>> {
    let mut findings = files(folder)?;
    if !findings.is_empty() {
        return Ok(findings);
    }
    if super::scripts(&folder.join(names::SCRIPTS))? != expected.scripts {
        findings.push(format!(
            "{}/ does not hold the scripts as they are in the repository",
            names::SCRIPTS
        ));
    }
    findings.extend(instructions(folder, expected)?);
    findings.extend(hashes(folder)?);
    findings.extend(symbols(folder)?);
    findings.extend(version(folder, expected)?);
    let certificate = folder.join(names::CERTIFICATE);
    let signer = certificate::read(&certificate)?;
    for name in [names::CATALOG, names::IMAGE, names::TOOL] {
        findings.extend(sign::verify(&folder.join(name), None, &certificate)?);
        if let Err(error) = signature(&folder.join(name), &signer, &certificate) {
            findings.push(format!("{name}: {error:#}"));
        }
    }
    for name in [names::IMAGE, names::TOOL] {
        findings.extend(sign::verify(
            &folder.join(name),
            Some(&folder.join(names::CATALOG)),
            &certificate,
        )?);
    }
    Ok(findings)
}

/// The files are those of a package: no more, no less, none empty, no private key.
fn files(folder: &Path) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    for name in names::ALL {
        match fs::metadata(folder.join(name)) {
            Ok(metadata) if metadata.len() > 0 => {}
            Ok(_) => findings.push(format!("{name} is empty")),
            Err(_) => findings.push(format!("{name} is not there")),
        }
    }
    if !folder.join(names::SCRIPTS).is_dir() {
        findings.push(format!("{} is not there", names::SCRIPTS));
    }
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !names::ALL.contains(&name.as_str()) && name != names::SCRIPTS {
            findings.push(format!("{name} does not belong into a package"));
        }
    }
    Ok(findings)
}

/// The INF file keeps its rules and agrees with the files beside it.
fn instructions(folder: &Path, expected: &Expected) -> Result<Vec<String>> {
    let text = fs::read_to_string(folder.join(names::INF)).context("cannot read the INF file")?;
    let stamp = expected.stamp;
    let mut findings: Vec<String> = inf::check(&text, stamp.architecture, stamp.kmdf)?
        .into_iter()
        .map(|finding| format!("{}: {} ({})", names::INF, finding.text, finding.rule))
        .collect();
    let document = Document::parse(&text)?;
    let version = document
        .entries("Version", "DriverVer")
        .into_iter()
        .map(|line| line.values.join(","))
        .next()
        .unwrap_or_default();
    if version != format!("{},{}", stamp.date, stamp.version) {
        findings.push(format!(
            "{} states DriverVer {version}, not {},{}",
            names::INF,
            stamp.date,
            stamp.version
        ));
    }
    let listed: Vec<String> = document
        .lines("SourceDisksFiles")
        .into_iter()
        .filter_map(|line| line.key)
        .collect();
    for file in listed.iter().filter(|file| !folder.join(file).is_file()) {
        findings.push(format!(
            "{} lists {file}, which is not in the package",
            names::INF
        ));
    }
    if !listed.iter().any(|file| is(file, names::IMAGE)) {
        findings.push(format!("{} does not list {}", names::INF, names::IMAGE));
    }
    let catalog = document
        .single("Version", "CatalogFile")
        .unwrap_or_default();
    if catalog != names::CATALOG {
        findings.push(format!(
            "{} names the catalog {catalog:?}, not {}",
            names::INF,
            names::CATALOG
        ));
    }
    let machine = hash::machine(&fs::read(folder.join(names::IMAGE))?)?;
    if machine != stamp.architecture.machine() {
        findings.push(format!(
            "{} is for machine {machine:#06x}, and the INF file for {}",
            names::IMAGE,
            stamp.architecture.name()
        ));
    }
    Ok(findings)
}

/// The catalog lists the driver, the test program and the INF file as they lie here, and the INF file's devices.
fn hashes(folder: &Path) -> Result<Vec<String>> {
    let read = read_catalog(&folder.join(names::CATALOG))?;
    let mut findings = Vec::new();
    for name in [names::IMAGE, names::TOOL, names::INF] {
        let found = Member::read(folder, name)?;
        match read.members.iter().find(|member| is(&member.name, name)) {
            None => findings.push(format!("the catalog does not list {name}")),
            Some(listed) if *listed != found => findings.push(format!(
                "{name} is not as the catalog has it: it was changed after the catalog was made"
            )),
            Some(_) => {}
        }
    }
    if read.members.len() != 3 {
        findings.push(format!(
            "the catalog lists {} files, not 3",
            read.members.len()
        ));
    }
    let document = Document::parse(&fs::read_to_string(folder.join(names::INF))?)?;
    let devices = catalog::hardware(&document);
    if read.hardware != devices {
        findings.push(format!(
            "the catalog is for the devices {:?}, and the INF file for {devices:?}",
            read.hardware
        ));
    }
    Ok(findings)
}

/// The symbols are those of this very build: the image names them by an identifier that stands in them.
fn symbols(folder: &Path) -> Result<Vec<String>> {
    use object::Object;
    let image = fs::read(folder.join(names::IMAGE))?;
    let pe = PeFile64::parse(&*image)?;
    let Some(reference) = pe.pdb_info()? else {
        return Ok(vec![format!("{} names no symbols", names::IMAGE)]);
    };
    let symbols = fs::read(folder.join(names::SYMBOLS))?;
    let mut findings = Vec::new();
    if !symbols.windows(16).any(|window| window == reference.guid()) {
        findings.push(format!(
            "{} is not of the same build as {}",
            names::SYMBOLS,
            names::IMAGE
        ));
    }
    let path = String::from_utf8_lossy(reference.path());
    if path != names::SYMBOLS {
        findings.push(format!(
            "{} names its symbols {path:?}, not {}",
            names::IMAGE,
            names::SYMBOLS
        ));
    }
    Ok(findings)
}

/// The image's version resource (VS_FIXEDFILEINFO) says that it is a display driver, of the package's version.
fn version(folder: &Path, expected: &Expected) -> Result<Vec<String>> {
    const SIGNATURE: [u8; 4] = 0xfeef_04bd_u32.to_le_bytes();
    let image = fs::read(folder.join(names::IMAGE))?;
    let places: Vec<usize> = image
        .windows(4)
        .enumerate()
        .filter(|(_, word)| **word == SIGNATURE)
        .map(|(at, _)| at)
        .collect();
    let [start] = places[..] else {
        return Ok(vec![format!(
            "{} has {} version resources, not one",
            names::IMAGE,
            places.len()
        )]);
    };
    let word = |index: usize| -> Result<u32> {
        let at = start + 4 * index;
        Ok(u32::from_le_bytes(
            image
                .get(at..at + 4)
                .context("the version resource is cut off")?
                .try_into()?,
        ))
    };
    let mut findings = Vec::new();
    // All four numbers: a port driver was seen to refuse an adapter whose image and INF file disagree.
    let (high, low) = (word(2)?, word(3)?);
    let halves = [high >> 16, high & 0xffff, low >> 16, low & 0xffff];
    if halves != expected.stamp.version.0.map(u32::from) {
        let [major, minor, patch, build] = halves;
        findings.push(format!(
            "{} states version {major}.{minor}.{patch}.{build}, not DriverVer's {}",
            names::IMAGE,
            expected.stamp.version
        ));
    }
    // VFT_DRV, VFT2_DRV_DISPLAY.
    if (word(9)?, word(10)?) != (3, 4) {
        findings.push(format!(
            "{} does not state that it is a display driver",
            names::IMAGE
        ));
    }
    Ok(findings)
}

fn signed_data(bytes: &[u8]) -> Result<SignedData> {
    let mut reader = SliceReader::new(bytes).context("it is empty")?;
    let info = ContentInfo::decode(&mut reader).context("it is no PKCS #7 file")?;
    // In an image's table of signatures, an entry is padded to 8 bytes.
    let rest = reader.read_slice(reader.remaining_len())?;
    if rest.len() > 7 || rest.iter().any(|byte| *byte != 0) {
        bail!("there are {} bytes behind the PKCS #7 data", rest.len());
    }
    info.content.decode_as().context("it holds no signed data")
}

/// Reads a catalog.
pub fn read_catalog(path: &Path) -> Result<Catalog> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let data = signed_data(&bytes)?;
    if data.encap_content_info.econtent_type != catalog::TRUST_LIST {
        bail!("it holds no certificate trust list");
    }
    Catalog::from_list(&data.encap_content_info.econtent.context("it is empty")?)
}

/// Takes the file's signature apart and checks it with this certificate's key.
fn signature(path: &Path, signer: &Certificate, certificate: &Path) -> Result<()> {
    let bytes = fs::read(path)?;
    let is_image = bytes.starts_with(b"MZ");
    let data = if is_image {
        signed_data(&embedded(&bytes)?)?
    } else {
        signed_data(&bytes)?
    };
    let content = data
        .encap_content_info
        .econtent
        .clone()
        .context("what is signed is empty")?;
    if is_image {
        if data.encap_content_info.econtent_type != SPC_INDIRECT_DATA_OBJID {
            bail!("it does not sign an image");
        }
        let indirect: SpcIndirectDataContent = content
            .decode_as()
            .context("what is signed is no image's hash")?;
        if indirect.message_digest.digest.as_bytes() != hash::of_image(&bytes)?.sha256 {
            bail!("the signature is for another image");
        }
    }
    let [information] = data.signer_infos.0.as_slice() else {
        bail!("it has {} signatures, not one", data.signer_infos.0.len())
    };
    if information.digest_alg.oid != SHA256 {
        bail!("its digest is {}, not SHA-256", information.digest_alg.oid);
    }
    let enclosed = data.certificates.as_ref().is_some_and(|certificates| {
        certificates.0.iter().any(|choice| matches!(choice, CertificateChoices::Certificate(enclosed) if enclosed == signer))
    });
    if !enclosed {
        bail!("it does not hold the package's certificate");
    }
    attributes(information, data.encap_content_info.econtent_type, &content)?;
    signed_in_time(information, signer)?;
    by_key(information, certificate)
}

/// What is signed besides: the kind of content and its digest, which PKCS #7 takes over the content without its tag and length.
fn attributes(information: &SignerInfo, kind: ObjectIdentifier, content: &Any) -> Result<()> {
    let signed = information
        .signed_attrs
        .as_ref()
        .context("it signs no attributes")?;
    let value = |oid| {
        signed
            .iter()
            .find(|attribute| attribute.oid == oid)
            .and_then(|attribute| attribute.values.get(0))
    };
    let found: ObjectIdentifier = value(CONTENT_TYPE)
        .context("it signs no kind of content")?
        .decode_as()?;
    if found != kind {
        bail!("it signs the kind {found} and holds {kind}");
    }
    let digest: OctetString = value(MESSAGE_DIGEST)
        .context("it signs no digest")?
        .decode_as()?;
    if digest.as_bytes() != Sha256::digest(content.value()).as_slice() {
        bail!("the content is not what was signed");
    }
    Ok(())
}

/// The time that is signed is one at which the certificate was valid: Windows judges an old signature by it.
fn signed_in_time(information: &SignerInfo, signer: &Certificate) -> Result<()> {
    let time: UtcTime = information
        .signed_attrs
        .iter()
        .flat_map(|signed| signed.iter())
        .find(|attribute| attribute.oid == SIGNING_TIME)
        .and_then(|attribute| attribute.values.get(0))
        .context("it signs no time")?
        .decode_as()?;
    let time = time.to_unix_duration().as_secs();
    let (from, to) = certificate::validity(signer);
    if !(from..=to).contains(&time) {
        bail!(
            "its signing time ({}) is not in the certificate's validity ({} to {})",
            inf::date(time),
            inf::date(from),
            inf::date(to)
        );
    }
    Ok(())
}

/// Has openssl check the signature over the attributes.
fn by_key(information: &SignerInfo, certificate: &Path) -> Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let [key, signature, signed] =
        ["key", "signature", "signed"].map(|name| folder.path().join(name));
    let mut command = Command::new("openssl");
    command
        .args(["x509", "-inform", "DER", "-pubkey", "-noout", "-in"])
        .arg(certificate);
    fs::write(&key, process::capture(&mut command)?)?;
    fs::write(&signature, information.signature.as_bytes())?;
    let attributes = information
        .signed_attrs
        .as_ref()
        .context("it signs no attributes")?;
    fs::write(&signed, attributes.to_der()?)?;
    let mut command = Command::new("openssl");
    command
        .args(["dgst", "-sha256", "-verify"])
        .arg(&key)
        .arg("-signature")
        .arg(&signature)
        .arg(&signed);
    process::capture(&mut command)
        .context("the signature is not made with the certificate's key")
        .map(drop)
}

/// The signature inside an image.
fn embedded(bytes: &[u8]) -> Result<Vec<u8>> {
    let image = hash::image(bytes)?;
    let mut certificates = AttributeCertificateIterator::new(&image)
        .map_err(|error| anyhow::anyhow!("its table of signatures is broken: {error}"))?
        .context("it is not signed")?;
    let entry = certificates.next().context("it is not signed")?;
    let entry =
        entry.map_err(|error| anyhow::anyhow!("its table of signatures is broken: {error}"))?;
    if certificates.next().is_some() {
        bail!("it has more than one signature");
    }
    Ok(entry.data.to_vec())
}

#[cfg(test)]
mod tests;
