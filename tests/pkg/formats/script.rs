//! Script blocks: where one begins and ends, and what it may say.

use dx::pkg::script::{Script, ScriptError, blocks};

fn dependencies(text: &str) -> Option<Vec<String>> {
    Script::find(text).unwrap().and_then(|script| script.dependencies)
}

const PLAIN: &str = "#!/usr/bin/env dx\n# /// script\n# requires-python = \">=3.11\"\n# dependencies = [\n#   \"requests<3\",\n#\n#   \"rich\",\n# ]\n#\n# [tool.dx]\n# quiet = true\n# ///\n\nimport requests\n";

#[test]
fn a_block_is_read_whole() {
    let script = Script::find(PLAIN).unwrap().unwrap();
    assert_eq!(script.dependencies, Some(vec!["requests<3".to_owned(), "rich".to_owned()]));
    assert_eq!(script.requires_python.as_deref(), Some(">=3.11"));
    assert_eq!(script.tool.get("dx").and_then(|dx| dx.get("quiet")), Some(&toml::Value::Boolean(true)));
    assert!(
        script.content.starts_with("requires-python = \">=3.11\"\ndependencies = [\n  \"requests<3\",\n\n")
    );
    assert_eq!(Script::find(&PLAIN.replace('\n', "\r\n")).unwrap().unwrap(), script);
}

#[test]
fn what_has_no_end_is_no_block() {
    for text in [
        "",
        "print(1)\n",
        "# /// script\n# dependencies = []\n",
        "# /// script\n# dependencies = []\n\n# ///\n",
        "# /// script\n# ///\n",
        "# /// script\n#dependencies = []\n# ///\n",
        "# ///script\n# dependencies = []\n# ///\n",
        " # /// script\n# dependencies = []\n# ///\n",
        "# /// script \n# dependencies = []\n# ///\n",
        "# /// sc_ript\n# dependencies = []\n# ///\n",
        "# /// script\n# dependencies = []\n# /// \n",
    ] {
        assert_eq!(Script::find(text).unwrap(), None, "{text:?}");
    }
}

#[test]
fn the_last_end_of_a_run_of_comments_counts() {
    let text = "# /// script\n# dependencies = ['a'] # x\n# '''\n# ///\n# '''\n# ///\n# after\n";
    let found = blocks(text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].content, "dependencies = ['a'] # x\n'''\n///\n'''\n");
    assert_eq!(dependencies("# /// script\n# dependencies = ['a']\n# ///"), Some(vec!["a".to_owned()]));
}

#[test]
fn blocks_of_other_types_are_left_alone() {
    let text = "# /// other\n# [not toml\n# ///\n\n# /// script\n# dependencies = ['a']\n# ///\n";
    assert_eq!(dependencies(text), Some(vec!["a".to_owned()]));
    assert_eq!(
        blocks(text).iter().map(|block| (block.kind.as_str(), block.line)).collect::<Vec<_>>(),
        [("other", 1), ("script", 5)]
    );
}

#[test]
fn several_script_blocks_are_an_error() {
    let text = "# /// script\n# dependencies = []\n# ///\n\n# /// script\n# dependencies = []\n# ///\n";
    assert!(matches!(Script::find(text), Err(ScriptError::Several { first: 1, second: 5 })));
}

#[test]
fn wrong_content_names_the_blocks_line() {
    let of =
        |line: &str| Script::find(&format!("\n# /// script\n# {line}\n# ///\n")).unwrap_err().to_string();
    assert_eq!(of("dependencies = ["), "the script block in line 2 is no TOML");
    assert_eq!(
        of("dependencies = 'a'"),
        "'dependencies' in the script block in line 2 is no list of strings"
    );
    assert_eq!(
        of("dependencies = [1]"),
        "'dependencies' in the script block in line 2 is no list of strings"
    );
    assert_eq!(of("requires-python = 3"), "'requires-python' in the script block in line 2 is no string");
    assert_eq!(of("tool = 3"), "'tool' in the script block in line 2 is no table");
}
