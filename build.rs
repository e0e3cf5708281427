//! Build step of the package.

fn main() {}
