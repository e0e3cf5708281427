//! The installer's file formats: what is read from them, what is written, and how damaged ones are refused.

mod direct_url;
mod groups;
mod metadata;
mod pylock;
mod pyproject;
mod requirements;
mod script;
