//! No name of a folder of the machine that built it is in the image: it would tell who built it where, and make two builds of the
//! same sources differ.

/// Beginnings of absolute paths that no image has a use for, whoever built it.
const ANYWHERE: &[&str] = &[
    "/home/",
    "/root/",
    "/tmp/",
    "/Users/",
    ":\\Users\\",
    ".cargo/registry",
    ".rustup/",
];

pub fn findings(image: &[u8], folders: &[String]) -> Vec<String> {
    let known = ANYWHERE
        .iter()
        .map(|&path| path.to_owned())
        .chain(folders.iter().cloned());
    known
        .filter(|path| path.len() > 1)
        .filter_map(|path| {
            let wide: Vec<u8> = path.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let at = position(image, path.as_bytes()).or_else(|| position(image, &wide))?;
            Some(format!(
                "it has the path {path} in it, at {at:#x} in the file"
            ))
        })
        .collect()
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_builder_are_found_narrow_and_wide() {
        let folders = ["/srv/build/vgpudod".to_owned()];
        let narrow = b"....src at /srv/build/vgpudod/src/lib.rs";
        assert!(findings(narrow, &folders)[0].contains("/srv/build/vgpudod in it, at 0xb"));
        let wide: Vec<u8> = "in /home/me"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(findings(&wide, &[])[0].contains("/home/"));
    }

    #[test]
    fn relative_paths_are_none() {
        assert_eq!(
            findings(
                b"vgpudod/src/lib.rs and rust/library/core",
                &["/srv/build".to_owned()]
            ),
            Vec::<String>::new()
        );
    }
}
