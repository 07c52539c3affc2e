//! The package's catalog: a list of the files' hashes in the form that Windows looks them up in.
//!
//! It is a certificate trust list (1.3.6.1.4.1.311.10.1) inside PKCS #7 signed data. Microsoft documents the outer forms
//! (wincrypt.h's CTL_INFO, mscat.h's names, "Windows Authenticode Portable Executable Signature Format") and not the whole; where it
//! does not, this file follows the catalogs that Inf2Cat makes for Windows 10: version 2 (SHA-256), for each file one entry with its
//! SHA-256 hash and one with its SHA-1 hash, sorted by hash, and at the end the systems and hardware identifiers.
//! docs/decisions/0021-catalog.md says how that was seen and what could not be.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use authenticode::{
    DigestInfo, SPC_INDIRECT_DATA_OBJID, SpcAttributeTypeAndOptionalValue, SpcIndirectDataContent,
};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{EncapsulatedContentInfo, SignedData, SignerInfos};
use der::asn1::{Any, BmpString, ObjectIdentifier, OctetString, SetOfVec, UtcTime};
use der::{Decode, Encode, Sequence};
use sha2::{Digest, Sha256};
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;

use super::authenticode::{self as hash, Hashes};
use super::names;
use super::source::Source;
use crate::inf::document::Document;

/// PKCS #7 signed data.
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// szOID_CTL, a certificate trust list.
pub const TRUST_LIST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.1");
/// szOID_CATALOG_LIST, what the list is for.
const CATALOG_LIST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.12.1.1");
/// szOID_CATALOG_LIST_MEMBER2, members by SHA-256.
const CATALOG_LIST_MEMBER2: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.12.1.3");
/// CAT_NAMEVALUE_OBJID.
const NAME_VALUE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.12.2.1");
/// CAT_MEMBERINFO2_OBJID.
const MEMBER_INFO2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.12.2.3");
/// SPC_PE_IMAGE_DATA_OBJID.
const PE_IMAGE_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.2.1.15");
/// SPC_CAB_DATA_OBJID, which stands for files of no special kind too.
const CAB_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.2.1.25");
/// SHA-256.
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// CRYPTCAT_ATTR_AUTHENTICATED | CRYPTCAT_ATTR_DATAASCII | CRYPTCAT_ATTR_NAMEASCII.
const ATTRIBUTE_FLAGS: u32 = 0x1001_0001;
/// Which Windows a member is for: version 10.0, workstation and server.
const MEMBER_SYSTEM: &str = "2:10.0";
/// Which Windows the package is for, in Inf2Cat's names: Windows 10 2004 on x64, as `Inf2Cat /os:10_VB_X64` writes it.
const PACKAGE_SYSTEM: &str = "_v100_X64_Vb";

/// SpcPeImageData with its flags and an empty file name.
const PE_IMAGE: &[u8] = &[
    0x30, 0x0a, 0x03, 0x02, 0x05, 0xa0, 0xa0, 0x04, 0xa2, 0x02, 0x80, 0x00,
];
/// SpcLink to a file with an empty name.
const EMPTY_FILE: &[u8] = &[0xa2, 0x02, 0x80, 0x00];

/// The list itself (CTL_INFO).
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct TrustList {
    usage: Vec<ObjectIdentifier>,
    identifier: OctetString,
    this_update: UtcTime,
    algorithm: AlgorithmIdentifierOwned,
    members: Vec<TrustedSubject>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    extensions: Option<Vec<Extension>>,
}

/// A member (CTL_ENTRY).
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct TrustedSubject {
    identifier: OctetString,
    attributes: SetOfVec<Attribute>,
}

/// Something about the whole catalog.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct Extension {
    id: ObjectIdentifier,
    value: OctetString,
}

/// A named value (CAT_NAMEVALUE).
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
struct NameValue {
    name: BmpString,
    flags: u32,
    value: OctetString,
}

/// A file in the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name without a folder.
    pub name: String,
    /// Whether it is a PE image, hashed without its signature.
    pub is_image: bool,
    /// Its hashes.
    pub hashes: Hashes,
}

/// What a catalog says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    /// The files.
    pub members: Vec<Member>,
    /// The devices of the INF file, lower case.
    pub hardware: Vec<String>,
    /// When it was made, in seconds since 1970, UTC.
    pub time: u64,
}

impl Member {
    /// A file as it lies in this folder.
    pub fn read(folder: &Path, name: &str) -> Result<Self> {
        let path = folder.join(name);
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let is_image = bytes.starts_with(b"MZ");
        let hashes = if is_image {
            hash::of_image(&bytes)
        } else {
            Ok(hash::of_file(&bytes))
        };
        Ok(Self {
            name: name.to_owned(),
            is_image,
            hashes: hashes.with_context(|| path.display().to_string())?,
        })
    }

    /// The two entries: by SHA-256 with the hash once more as signed data has it, and by SHA-1.
    fn entries(&self) -> Result<[TrustedSubject; 2]> {
        let mut attributes = SetOfVec::new();
        let kind: &[u8] = if self.is_image {
            &[0x80, 0x00]
        } else {
            &[0x82, 0x00]
        };
        attributes.insert(attribute(MEMBER_INFO2, Any::from_der(kind)?)?)?;
        attributes.insert(attribute(
            NAME_VALUE,
            Any::encode_from(&name_value("OSAttr", MEMBER_SYSTEM)?)?,
        )?)?;
        attributes.insert(attribute(
            NAME_VALUE,
            Any::encode_from(&name_value("File", &self.name)?)?,
        )?)?;
        let by_sha1 = TrustedSubject {
            identifier: OctetString::new(self.hashes.sha1.clone())?,
            attributes: attributes.clone(),
        };
        attributes.insert(attribute(
            SPC_INDIRECT_DATA_OBJID,
            Any::encode_from(&self.indirect_data()?)?,
        )?)?;
        Ok([
            TrustedSubject {
                identifier: OctetString::new(self.hashes.sha256.clone())?,
                attributes,
            },
            by_sha1,
        ])
    }

    fn indirect_data(&self) -> Result<SpcIndirectDataContent> {
        let (value_type, value) = if self.is_image {
            (PE_IMAGE_DATA, PE_IMAGE)
        } else {
            (CAB_DATA, EMPTY_FILE)
        };
        Ok(SpcIndirectDataContent {
            data: SpcAttributeTypeAndOptionalValue {
                value_type,
                value: Any::from_der(value)?,
            },
            message_digest: DigestInfo {
                digest_algorithm: AlgorithmIdentifierOwned {
                    oid: SHA256,
                    parameters: Some(Any::null()),
                },
                digest: OctetString::new(self.hashes.sha256.clone())?,
            },
        })
    }
}

impl Catalog {
    /// The catalog for the files in this folder: the driver, the test program and the INF file.
    pub fn of(folder: &Path, source: &Source) -> Result<Self> {
        let members = [names::IMAGE, names::TOOL, names::INF]
            .into_iter()
            .map(|name| Member::read(folder, name));
        let inf =
            fs::read_to_string(folder.join(names::INF)).context("cannot read the INF file")?;
        Ok(Self {
            members: members.collect::<Result<_>>()?,
            hardware: hardware(&Document::parse(&inf)?),
            time: source.time,
        })
    }

    /// The file's bytes, not signed yet.
    pub fn to_der(&self) -> Result<Vec<u8>> {
        let list = self.list()?;
        let content = EncapsulatedContentInfo {
            econtent_type: TRUST_LIST,
            econtent: Some(Any::encode_from(&list)?),
        };
        let signed = SignedData {
            version: CmsVersion::V1,
            digest_algorithms: SetOfVec::new(),
            encap_content_info: content,
            certificates: None,
            crls: None,
            signer_infos: SignerInfos(SetOfVec::new()),
        };
        Ok(ContentInfo {
            content_type: SIGNED_DATA,
            content: Any::encode_from(&signed)?,
        }
        .to_der()?)
    }

    fn list(&self) -> Result<TrustList> {
        let mut members = Vec::new();
        for member in &self.members {
            members.extend(member.entries()?);
        }
        members.sort_by(|one, other| one.identifier.as_bytes().cmp(other.identifier.as_bytes()));
        // Inf2Cat takes a random number for the identifier; a digest of the members serves, and stays the same.
        let identifier = members.iter().fold(Sha256::new(), |digest, member| {
            digest.chain_update(member.identifier.as_bytes())
        });
        let identifier = identifier.finalize();
        Ok(TrustList {
            usage: vec![CATALOG_LIST],
            identifier: OctetString::new(identifier.get(..16).context("a digest has 32 bytes")?)?,
            this_update: UtcTime::from_unix_duration(Duration::from_secs(self.time))?,
            algorithm: AlgorithmIdentifierOwned {
                oid: CATALOG_LIST_MEMBER2,
                parameters: Some(Any::null()),
            },
            members,
            extensions: Some(self.extensions()?),
        })
    }

    fn extensions(&self) -> Result<Vec<Extension>> {
        let extension = |name: &str, value: &str| -> Result<Extension> {
            Ok(Extension {
                id: NAME_VALUE,
                value: OctetString::new(name_value(name, value)?.to_der()?)?,
            })
        };
        let mut extensions = vec![extension("OS", PACKAGE_SYSTEM)?];
        for (index, id) in self.hardware.iter().enumerate() {
            extensions.push(extension(&format!("HWID{}", index + 1), id)?);
        }
        Ok(extensions)
    }

    /// Reads the list inside a catalog's signed data.
    pub fn from_list(list: &Any) -> Result<Self> {
        let list: TrustList = list
            .decode_as()
            .context("it holds no certificate trust list")?;
        if list.usage != [CATALOG_LIST] || list.algorithm.oid != CATALOG_LIST_MEMBER2 {
            bail!("its trust list is not a catalog of version 2");
        }
        let sorted = list
            .members
            .is_sorted_by(|one, other| one.identifier.as_bytes() < other.identifier.as_bytes());
        if !sorted {
            bail!("its members are not sorted by hash");
        }
        let mut catalog = Self {
            members: Vec::new(),
            hardware: Vec::new(),
            time: list.this_update.to_unix_duration().as_secs(),
        };
        let by_sha1: Vec<(String, Vec<u8>)> = list
            .members
            .iter()
            .filter(|member| member.identifier.as_bytes().len() == 20)
            .map(|member| Ok((file_name(member)?, member.identifier.as_bytes().to_vec())))
            .collect::<Result<_>>()?;
        for member in list
            .members
            .iter()
            .filter(|member| member.identifier.as_bytes().len() == 32)
        {
            let name = file_name(member)?;
            let data = attribute_value(member, SPC_INDIRECT_DATA_OBJID)
                .context("a member has no indirect data")?;
            let data: SpcIndirectDataContent =
                data.decode_as().context("a member's indirect data")?;
            if data.message_digest.digest.as_bytes() != member.identifier.as_bytes() {
                bail!("{name} has two different hashes in the catalog");
            }
            let sha1 = by_sha1
                .iter()
                .find(|(other, _)| *other == name)
                .with_context(|| format!("{name} has no SHA-1 entry"))?;
            catalog.members.push(Member {
                name,
                is_image: data.data.value_type == PE_IMAGE_DATA,
                hashes: Hashes {
                    sha256: member.identifier.as_bytes().to_vec(),
                    sha1: sha1.1.clone(),
                },
            });
        }
        for extension in list.extensions.iter().flatten() {
            let pair = NameValue::from_der(extension.value.as_bytes())
                .context("an extension that is no named value")?;
            if pair.name.to_string().starts_with("HWID") {
                catalog.hardware.push(wide(pair.value.as_bytes())?);
            }
        }
        Ok(catalog)
    }
}

/// The devices of the INF file, in lower case, each once.
pub fn hardware(inf: &Document) -> Vec<String> {
    let mut found = Vec::new();
    for manufacturer in inf.lines("Manufacturer") {
        for decoration in manufacturer.values.iter().skip(1) {
            for line in inf.lines(&format!("{}.{decoration}", manufacturer.value(0))) {
                found.extend(line.values.iter().skip(1).map(|id| id.to_lowercase()));
            }
        }
    }
    found
}

fn attribute(oid: ObjectIdentifier, value: Any) -> Result<Attribute> {
    let mut values = SetOfVec::new();
    values.insert(value)?;
    Ok(Attribute { oid, values })
}

fn name_value(name: &str, value: &str) -> Result<NameValue> {
    let value: Vec<u8> = value
        .encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .collect();
    Ok(NameValue {
        name: BmpString::from_utf8(name)?,
        flags: ATTRIBUTE_FLAGS,
        value: OctetString::new(value)?,
    })
}

/// The text of a value: UTF-16 with a terminating zero.
fn wide(bytes: &[u8]) -> Result<String> {
    let words: Vec<u16> = bytes
        .as_chunks()
        .0
        .iter()
        .map(|pair| u16::from_le_bytes(*pair))
        .collect();
    let text = words
        .strip_suffix(&[0])
        .context("a value without a terminating zero")?;
    String::from_utf16(text).context("a value that is no text")
}

fn attribute_value(member: &TrustedSubject, oid: ObjectIdentifier) -> Option<&Any> {
    member
        .attributes
        .iter()
        .find(|attribute| attribute.oid == oid)?
        .values
        .get(0)
}

fn file_name(member: &TrustedSubject) -> Result<String> {
    for attribute in member
        .attributes
        .iter()
        .filter(|attribute| attribute.oid == NAME_VALUE)
    {
        let pair: NameValue = attribute
            .values
            .get(0)
            .context("an attribute without a value")?
            .decode_as()?;
        if pair.name.to_string() == "File" {
            return wide(pair.value.as_bytes());
        }
    }
    bail!("a member has no file name")
}

#[cfg(test)]
mod tests;
