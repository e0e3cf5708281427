//! The JSON form of a page (PEP 691, 700, 714), read in one pass into the flat page: texts stay where they are in the body.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use url::Url;

use super::hash::{Algorithm, sha256_from_hex};
use super::page::{CoreMetadata, Freshness, NewFile, PageBuilder, is_distribution};
use super::simple::{Links, PageError, Parsed, check_version};
use super::time;
use super::url::redacted;

pub(super) fn parse(url: &Url, body: &[u8], freshness: &Freshness) -> Result<Parsed, PageError> {
    let error = |source| PageError::Json { url: redacted(url.as_str()), source };
    let document: Document<'_> = serde_json::from_slice(body).map_err(error)?;
    let warning = match document.meta.and_then(|meta| meta.version) {
        Some(version) => check_version(url, &version.0)?,
        None => None,
    };
    let links = Links::new(url.clone());
    let mut builder = PageBuilder::default();
    for file in document.files {
        let Some((target, _)) = links.join(&file.url.0) else { continue };
        if !is_distribution(&file.filename.0) {
            continue;
        }
        let hashes: Vec<(Algorithm, &str)> =
            file.hashes.0.iter().map(|(algorithm, hex)| (*algorithm, &*hex.0)).collect();
        let metadata = file.core_metadata.or(file.data_dist_info_metadata).or(file.dist_info_metadata);
        builder.push(&NewFile {
            filename: &file.filename.0,
            url: &target,
            hashes: &hashes,
            requires_python: file
                .requires_python
                .as_ref()
                .map(|text| &*text.0)
                .filter(|text| !text.trim().is_empty()),
            yanked: file.yanked.as_ref().and_then(|yanked| yanked.0.as_deref()),
            size: file.size,
            upload_time: file.upload_time.and_then(|text| time::parse_iso(&text.0)),
            core_metadata: metadata.and_then(|metadata| metadata.0),
        });
    }
    Ok(Parsed { page: builder.finish(body, freshness), warning })
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow, default)]
    meta: Option<Meta<'a>>,
    #[serde(borrow)]
    files: Vec<File<'a>>,
}

#[derive(Deserialize)]
struct Meta<'a> {
    #[serde(borrow, default, rename = "api-version")]
    version: Option<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct File<'a> {
    #[serde(borrow)]
    filename: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow, default)]
    hashes: Hashes<'a>,
    #[serde(borrow, default)]
    requires_python: Option<Text<'a>>,
    #[serde(borrow, default)]
    yanked: Option<Yanked<'a>>,
    #[serde(default)]
    size: Option<u64>,
    #[serde(borrow, default)]
    upload_time: Option<Text<'a>>,
    #[serde(default)]
    core_metadata: Option<Metadata>,
    #[serde(default)]
    dist_info_metadata: Option<Metadata>,
    #[serde(default)]
    data_dist_info_metadata: Option<Metadata>,
}

/// A text, borrowed where it has no escapes (serde borrows no `Cow` within an `Option` by itself).
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Text<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_string())))
            }
        }
        from.deserialize_str(Reader)
    }
}

/// The known ones of an object of hashes.
#[derive(Default)]
struct Hashes<'a>(Vec<(Algorithm, Text<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Hashes<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Hashes<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("an object of hashes")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Hashes<'de>, A::Error> {
                let mut found = Vec::with_capacity(1);
                while let Some(name) = map.next_key::<Text<'de>>()? {
                    match Algorithm::of(&name.0) {
                        Some(algorithm) => found.push((algorithm, map.next_value()?)),
                        None => {
                            map.next_value::<IgnoredAny>()?;
                        }
                    }
                }
                Ok(Hashes(found))
            }
        }
        from.deserialize_map(Reader)
    }
}

/// `false`, `true`, or the reason.
struct Yanked<'a>(Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Yanked<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Yanked<'de>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("true, false or a reason")
            }

            fn visit_bool<E>(self, is: bool) -> Result<Yanked<'de>, E> {
                Ok(Yanked(is.then_some(Cow::Borrowed(""))))
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Yanked<'de>, E> {
                Ok(Yanked(Some(Cow::Borrowed(text))))
            }

            fn visit_str<E>(self, text: &str) -> Result<Yanked<'de>, E> {
                Ok(Yanked(Some(Cow::Owned(text.to_string()))))
            }
        }
        from.deserialize_any(Reader)
    }
}

/// `false`, `true`, or an object of hashes.
struct Metadata(Option<CoreMetadata>);

impl<'de> Deserialize<'de> for Metadata {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Metadata;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("true, false or an object of hashes")
            }

            fn visit_bool<E>(self, is: bool) -> Result<Metadata, E> {
                Ok(Metadata(is.then_some(CoreMetadata::Offered)))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Metadata, A::Error> {
                let mut found = CoreMetadata::Offered;
                while let Some(name) = map.next_key::<Text<'de>>()? {
                    let hex: Text<'de> = map.next_value()?;
                    if let (Some(Algorithm::Sha256), Some(digest)) =
                        (Algorithm::of(&name.0), sha256_from_hex(&hex.0))
                    {
                        found = CoreMetadata::Sha256(digest);
                    }
                }
                Ok(Metadata(Some(found)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Metadata, A::Error> {
                while items.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Metadata(None))
            }
        }
        from.deserialize_any(Reader)
    }
}
