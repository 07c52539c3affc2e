//! The catalog's form, byte for byte where it matters, and what is refused when one is read.

use super::*;

fn catalog() -> Catalog {
    let member = |name: &str, is_image, byte| Member {
        name: name.to_owned(),
        is_image,
        hashes: Hashes {
            sha256: vec![byte; 32],
            sha1: vec![byte ^ 0xff; 20],
        },
    };
    Catalog {
        members: vec![member("x.inf", false, 1), member("x.sys", true, 2)],
        hardware: vec![r"pci\ven_1af4&dev_1050".to_owned()],
        time: 1_767_225_600,
    }
}

fn content(der: &[u8]) -> Any {
    let info = ContentInfo::from_der(der).unwrap();
    let signed: SignedData = info.content.decode_as().unwrap();
    assert_eq!(signed.encap_content_info.econtent_type, TRUST_LIST);
    signed.encap_content_info.econtent.unwrap()
}

#[test]
fn what_is_written_is_read_again() {
    let catalog = catalog();
    assert_eq!(
        Catalog::from_list(&content(&catalog.to_der().unwrap())).unwrap(),
        catalog
    );
}

#[test]
fn the_same_contents_give_the_same_bytes() {
    assert_eq!(catalog().to_der().unwrap(), catalog().to_der().unwrap());
    let later = Catalog {
        time: catalog().time + 60,
        ..catalog()
    };
    assert_ne!(later.to_der().unwrap(), catalog().to_der().unwrap());
}

/// Two bytes in hexadecimal digits for each ASCII character, with a zero word at the end if it is to end so.
fn wide_hex(text: &str, big_endian: bool) -> String {
    let words = text.encode_utf16().chain((!big_endian).then_some(0));
    let bytes = words.map(|word| {
        if big_endian {
            word.to_be_bytes()
        } else {
            word.to_le_bytes()
        }
    });
    bytes
        .map(|[first, second]| format!("{first:02x}{second:02x}"))
        .collect()
}

/// The forms are those of a catalog that Microsoft's own tools made for a Windows 10 driver.
#[test]
fn an_image_s_entries_are_byte_for_byte_as_inf2cat_writes_them() {
    let hashes = Hashes {
        sha256: vec![0x5a; 32],
        sha1: vec![0xa5; 20],
    };
    let member = Member {
        name: "vgpudod.sys".to_owned(),
        is_image: true,
        hashes,
    };
    let hex = |subject: &TrustedSubject| {
        subject
            .to_der()
            .unwrap()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let information = "3010060a2b0601040182370c020331028000";
    let named = |lengths: [&str; 5], name: &str, value: &str| {
        let [attribute, set, pair, name_length, value_length] = lengths;
        let (name, value) = (wide_hex(name, true), wide_hex(value, false));
        format!(
            "30{attribute}060a2b0601040182370c020131{set}30{pair}1e{name_length}{name}02041001000104{value_length}{value}"
        )
    };
    let system = named(["34", "26", "24", "0c", "0e"], "OSAttr", "2:10.0");
    let file = named(["3a", "2c", "2a", "08", "18"], "File", "vgpudod.sys");
    let data = "305d060a2b060104018237020104314f304d3018060a2b06010401823702010f300a030205a0a004a2028000\
                3031300d060960864801650304020105000420";

    let [by_sha256, by_sha1] = member.entries().unwrap();
    let hash = "5a".repeat(32);
    assert_eq!(
        hex(&by_sha256),
        format!("308201080420{hash}3181e3{information}{system}{file}{data}{hash}")
    );
    assert_eq!(
        hex(&by_sha1),
        format!(
            "30819d0414{}318184{information}{system}{file}",
            "a5".repeat(20)
        )
    );
}

#[test]
fn another_file_s_entry_has_its_own_kind() {
    let hashes = Hashes {
        sha256: vec![0x5a; 32],
        sha1: vec![0xa5; 20],
    };
    let member = Member {
        name: "vgpudod.inf".to_owned(),
        is_image: false,
        hashes,
    };
    let [by_sha256, _] = member.entries().unwrap();
    let hex: String = by_sha256
        .to_der()
        .unwrap()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert!(
        hex.starts_with(&format!("308201000420{}3181db", "5a".repeat(32))),
        "{hex}"
    );
    assert!(hex.contains("0c020331028200"), "{hex}");
    assert!(
        hex.contains("30453010060a2b060104018237020119a20280003031"),
        "{hex}"
    );
}

#[test]
fn another_order_another_hash_and_a_missing_entry_are_refused() {
    let change = |change: fn(&mut TrustList)| {
        let mut list = catalog().list().unwrap();
        change(&mut list);
        Catalog::from_list(&Any::encode_from(&list).unwrap())
            .unwrap_err()
            .to_string()
    };
    assert!(change(|list| list.members.reverse()).contains("sorted"));
    assert!(
        change(|list| list
            .members
            .retain(|member| member.identifier.as_bytes().len() == 32))
        .contains("no SHA-1 entry")
    );
    assert!(change(|list| list.usage.clear()).contains("version 2"));
    assert!(
        change(|list| {
            let member = list
                .members
                .iter_mut()
                .find(|member| member.identifier.as_bytes() == [1; 32])
                .unwrap();
            member.identifier = OctetString::new([0; 32]).unwrap();
        })
        .contains("two different hashes")
    );
}
