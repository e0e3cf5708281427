//! The compiler, without a machine to run its code: what it emits, that the result verifies and survives storing,
//! and what it says of faulty sources.

use dx::runtime::bytecode::disasm::disassemble;
use dx::runtime::bytecode::store::{Blob, write};
use dx::runtime::bytecode::verify::verify;
use dx::runtime::compiler::{Mode, Options, ProblemKind, Source, compile, detect_encoding};

/// The instructions of the first function of a source, or of the module if it has none.
fn instructions(text: &str) -> String {
    let source = Source::new(text);
    let compiled = compile(&source, "<test>", &Options::default()).expect("compiles");
    verify(&compiled.code).expect("verifies");
    let all = disassemble(&compiled.code);
    let part = all.split("\n\n").nth(1).unwrap_or(&all);
    part.lines()
        .skip(1)
        .filter(|line| !line.contains("depth"))
        .map(|line| line.get(11..).unwrap_or("").trim())
        .collect::<Vec<_>>()
        .join("; ")
}

fn problem(text: &str) -> (String, u32, u32) {
    let source = Source::new(text);
    let error = compile(&source, "<test>", &Options::default()).expect_err("is wrong");
    (error.message, error.line, error.column)
}

#[test]
fn code_goes_straight_into_registers() {
    let cases = [
        ("def f(a, b):\n x = a + b\n return x", "Add x, a, b; Return x"),
        ("def f(x):\n x += 1", "IAddI x, x, 1; ReturnNone"),
        (
            "def f(x, y):\n if x < 3 and not y: return 1",
            "JLtI x, 3, 0 -> 5; JumpIfTrue y -> 5; LoadInt t0, 1; Return t0; ReturnNone",
        ),
        ("def f(a):\n return a.b(1)", "LoadMethod t0, a, .b; LoadInt t2, 1; CallMethod t0, t0, 1; Return t0"),
        ("def f(a, b):\n a, b = b, a", "Move t0, b; Move t1, a; Move a, t0; Move b, t1; ReturnNone"),
        (
            "def f(x):\n return x + (x := 5)",
            "Move t0, x; LoadInt t1, 5; Copy t2, t1; Move x, t2; Add t0, t0, t1; Return t0",
        ),
        ("def f(x):\n if x: y = 1\n return y", "JumpIfFalse x -> 2; LoadInt y, 1; CheckBound y; Return y"),
        ("def f(s):\n for x in s: pass", "GetIter t0, s; ForIter x, t0 -> 4; JumpBack  -> 1; ReturnNone"),
        ("def f():\n return 2 * 3 + 1, 'a' 'b'", "LoadConst t0, (7, \"ab\"); Return t0"),
    ];
    for (text, expected) in cases {
        assert_eq!(instructions(text), expected, "{text}");
    }
}

#[test]
fn code_survives_storing() {
    let text = "class A[T](B):\n 'doc'\n def m(self, *a, k=1j, **b):\n  with a as c: yield from super().m(c)\n  \
                return [lambda: x for x in {1, 2.5, b'x', '\\ud800', 10**30, ...}]\n";
    let source = Source::new(text);
    let code = compile(&source, "<test>", &Options::default()).expect("compiles").code;
    let bytes = write(&code);
    let blob = Blob::new(&bytes).expect("has a header");
    assert_eq!(blob.whole(blob.root()).expect("reads"), code);
    for end in 0..bytes.len() {
        if let Ok(blob) = Blob::new(&bytes[..end]) {
            let _ = blob.whole(blob.root());
        }
    }
}

#[test]
fn errors_are_cpythons() {
    let cases = [
        ("f(1 2)", "invalid syntax. Perhaps you forgot a comma?", 1, 3),
        ("x = (1,\n", "'(' was never closed", 1, 5),
        ("if x\n  y", "expected ':'", 1, 5),
        ("if x:\ny", "expected an indented block after 'if' statement on line 1", 2, 1),
        ("f() = 1", "cannot assign to function call here. Maybe you meant '==' instead of '='?", 1, 1),
        ("print 1", "Missing parentheses in call to 'print'. Did you mean print(...)?", 1, 1),
        ("def f(a=1, b): pass", "parameter without a default follows parameter with a default", 1, 12),
        ("f'{a b}'", "f-string: invalid syntax. Perhaps you forgot a comma?", 1, 4),
        ("return 1", "'return' outside function", 1, 1),
        ("def f():\n x = 1\n global x", "name 'x' is assigned to before global declaration", 3, 2),
        ("def f(a, a): pass", "duplicate argument 'a' in function definition", 1, 10),
        (
            "0777",
            "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
            1,
            1,
        ),
        ("'abc", "unterminated string literal (detected at line 1)", 1, 1),
    ];
    for (text, message, line, column) in cases {
        let (found, at_line, at_column) = problem(text);
        let message = message.strip_prefix("f-string: ").unwrap_or(message);
        assert_eq!((found.as_str(), at_line, at_column), (message, line, column), "{text}");
    }
}

#[test]
fn deep_sources_compile_or_are_refused() {
    let compiles = |text: &str| compile(&Source::new(text), "<test>", &Options::default()).is_ok();
    assert!(compiles(&format!("x = {}", vec!["a"; 10_000].join("+"))));
    assert!(compiles(&format!("x = a{}", ".b()".repeat(5_000))));
    assert!(compiles(&format!("if a: pass\n{}", "elif b: pass\n".repeat(5_000))));
    assert!(!compiles(&format!("x = {}1{}", "(".repeat(201), ")".repeat(201))));
}

#[test]
fn many_variables_and_arguments_compile() {
    let many: Vec<String> = (0..300).map(|i| format!("v{i}")).collect();
    let body: String = many.iter().map(|v| format!(" {v} = g({v}_)\n")).collect();
    let text = format!(
        "def f({}):\n{body} return [{}]\n",
        many.iter().map(|v| format!("{v}_")).collect::<Vec<_>>().join(", "),
        many.join(", ")
    );
    let code = compile(&Source::new(&text), "<test>", &Options::default()).expect("compiles").code;
    verify(&code).expect("verifies");
}

#[test]
fn incomplete_input_is_told_apart() {
    let options =
        Options { mode: Mode::Single, allow_incomplete: true, imply_dedent: false, ..Options::default() };
    let kind = |text: &str| compile(&Source::new(text), "<test>", &options).map_err(|e| e.kind).err();
    assert_eq!(kind("x = ("), Some(ProblemKind::IncompleteInput));
    assert_eq!(kind("if x:\n  y"), Some(ProblemKind::IncompleteInput));
    assert_eq!(kind("x = 1"), None);
    assert_eq!(kind("x)"), Some(ProblemKind::SyntaxError));
}

#[test]
fn encodings_are_detected() {
    assert_eq!(detect_encoding(b"# -*- coding: Latin-1 -*-\n").name, "iso-8859-1");
    assert_eq!(detect_encoding(b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n").name, "cp1252");
    assert_eq!(detect_encoding(b"x = 1\n# coding: cp1252\n").name, "utf-8");
    assert!(detect_encoding(b"\xef\xbb\xbfx").has_bom);
}
