//! What the image imports is exactly what stands on the list, each with a reason.

use anyhow::Result;
use object::LittleEndian as LE;
use object::read::pe::{Import as PeImport, PeFile64};

use crate::wdk_lite::Import;

/// Module and name of everything that the image imports.
pub fn of(image: &PeFile64<'_>) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let Some(table) = image.import_table()? else {
        return Ok(found);
    };
    let mut descriptors = table.descriptors()?;
    while let Some(descriptor) = descriptors.next()? {
        let module = String::from_utf8_lossy(table.name(descriptor.name.get(LE))?).into_owned();
        let mut thunks = table.thunks(descriptor.original_first_thunk.get(LE))?;
        while let Some(thunk) = thunks.next::<object::pe::ImageNtHeaders64>()? {
            let name = match table.import::<object::pe::ImageNtHeaders64>(thunk)? {
                PeImport::Name(_, name) => String::from_utf8_lossy(name).into_owned(),
                PeImport::Ordinal(ordinal) => format!("#{ordinal}"),
            };
            found.push((module.clone(), name));
        }
    }
    Ok(found)
}

pub fn findings(image: &PeFile64<'_>, expected: &[Import]) -> Result<Vec<String>> {
    let found = of(image)?;
    let mut findings = Vec::new();
    for (module, name) in &found {
        match expected.iter().find(|import| import.name == *name) {
            None => findings.push(format!(
                "it imports {name} from {module}, which is not in testing/wdk-lite/imports.tsv"
            )),
            Some(import) if !import.module.eq_ignore_ascii_case(module) => {
                findings.push(format!(
                    "it imports {name} from {module}, and the list says {}",
                    import.module
                ));
            }
            Some(_) => {}
        }
    }
    for import in expected {
        if !found.iter().any(|(_, name)| *name == import.name) {
            findings.push(format!(
                "it does not import {}, which is in testing/wdk-lite/imports.tsv: {}",
                import.name, import.reason
            ));
        }
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::super::crafted;

    #[test]
    fn an_import_that_is_not_listed_is_found_by_name() {
        let mut expected = crafted::expected();
        expected.imports.retain(|import| import.name != "DbgPrint");
        let findings = crafted::image().findings(&expected).unwrap();
        assert_eq!(
            findings,
            ["it imports DbgPrint from ntoskrnl.exe, which is not in testing/wdk-lite/imports.tsv"]
        );
    }

    #[test]
    fn a_listed_name_that_is_not_imported_is_found() {
        let mut expected = crafted::expected();
        let mut other = expected.imports[0].clone();
        other.name = "ZwClose".into();
        expected.imports.push(other);
        let findings = crafted::image().findings(&expected).unwrap();
        assert!(
            findings[0].contains("does not import ZwClose"),
            "{findings:?}"
        );
    }

    #[test]
    fn a_listed_name_from_another_module_is_found() {
        let mut expected = crafted::expected();
        expected.imports[0].module = "WDFLDR.SYS".into();
        let findings = crafted::image().findings(&expected).unwrap();
        assert!(
            findings[0].contains("the list says WDFLDR.SYS"),
            "{findings:?}"
        );
    }
}
