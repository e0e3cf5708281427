//! `_tokenize`: the module is there so that `tokenize` and what imports it can be imported; the tokenizer itself says that
//! it is missing.

use crate::runtime::builtins::types::Plain;
use crate::runtime::object::typedef::TypeSpec;
use crate::runtime::stdlib::NativeModule;
use crate::runtime::value::Payload;

static TOKENIZER_ITER: TypeSpec = TypeSpec::new("_tokenize.TokenizerIter", Plain::layout).slots(|s| {
    s.new =
        Some(|vm, _, _| Err(vm.not_implemented_error("tokenize is not available in this build of dx yet")));
});

/// `_tokenize`
pub static MODULE: NativeModule = NativeModule {
    name: "_tokenize",
    doc: "",
    functions: &[],
    init: |vm, dict| {
        vm.set_type_in(dict, &TOKENIZER_ITER);
        Ok(())
    },
};
