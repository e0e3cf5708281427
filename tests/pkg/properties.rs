//! What holds for every installation, with cases drawn by quickcheck.

mod isolation;
