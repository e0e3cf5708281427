//! Metadata inside a script: the comment block `# /// script` that says what a single file needs to run.
//!
//! A block begins with `# /// TYPE`, goes on with lines that are `#` or begin with `# `, and ends with the last `# ///` of that run of
//! lines. A block without an end is no block. The search knows nothing of Python: a block inside a string counts too, as the
//! standard's regular expression has it.
//!
//! Standard: PEP 723 (inline script metadata).

use std::fmt;

/// One block, whatever its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The word behind `# /// `.
    pub kind: String,
    /// The text, without the comment signs.
    pub content: String,
    /// The line of the block's first line, counted from 1.
    pub line: usize,
}

/// What the `script` block of a file says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    /// Requirements as written; `None` where the block has no `dependencies`.
    pub dependencies: Option<Vec<String>>,
    /// `requires-python`, as written.
    pub requires_python: Option<String>,
    /// The `[tool]` table, whole.
    pub tool: toml::Table,
    /// The block's text: what a cached environment is found by.
    pub content: String,
}

/// Why a file's block cannot be used.
#[derive(Debug)]
pub enum ScriptError {
    /// There are several blocks of type `script`: the lines of the first two.
    Several { first: usize, second: usize },
    /// The block that begins in this line is no TOML.
    Toml { line: usize, cause: toml::de::Error },
    /// A key of the block has the wrong type.
    Type { line: usize, key: &'static str, expected: &'static str },
}

impl fmt::Display for ScriptError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScriptError::Several { first, second } => {
                write!(out, "there are several script blocks: in line {first} and in line {second}")
            }
            ScriptError::Toml { line, .. } => write!(out, "the script block in line {line} is no TOML"),
            ScriptError::Type { line, key, expected } => {
                write!(out, "'{key}' in the script block in line {line} is no {expected}")
            }
        }
    }
}

impl std::error::Error for ScriptError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ScriptError::Toml { cause, .. } => Some(cause),
            ScriptError::Several { .. } | ScriptError::Type { .. } => None,
        }
    }
}

impl ScriptError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            ScriptError::Several { .. } => Some("leave one of them".to_owned()),
            ScriptError::Toml { .. } => None,
            ScriptError::Type { .. } => Some("for example: dependencies = [\"requests>=2\"]".to_owned()),
        }
    }
}

impl Script {
    /// Finds and reads a file's `script` block; `None` where there is none.
    ///
    /// # Errors
    /// [`ScriptError`] where there are several, or the one is not what PEP 723 says.
    pub fn find(source: &str) -> Result<Option<Script>, ScriptError> {
        // Nearly every script has none, and the mark is rare: one search answers.
        if !source.contains("# /// script") {
            return Ok(None);
        }
        let mut scripts = blocks(source).into_iter().filter(|block| block.kind == "script");
        let Some(block) = scripts.next() else { return Ok(None) };
        if let Some(second) = scripts.next() {
            return Err(ScriptError::Several { first: block.line, second: second.line });
        }
        Script::read(block).map(Some)
    }

    fn read(block: Block) -> Result<Script, ScriptError> {
        let line = block.line;
        let table: toml::Table = block.content.parse().map_err(|cause| ScriptError::Toml { line, cause })?;
        let mut script = Script::default();
        for (key, value) in table {
            match (key.as_str(), value) {
                ("dependencies", toml::Value::Array(values)) => {
                    let mut all = Vec::with_capacity(values.len());
                    for value in values {
                        let toml::Value::String(text) = value else {
                            return Err(ScriptError::Type {
                                line,
                                key: "dependencies",
                                expected: "list of strings",
                            });
                        };
                        all.push(text);
                    }
                    script.dependencies = Some(all);
                }
                ("dependencies", _) => {
                    return Err(ScriptError::Type { line, key: "dependencies", expected: "list of strings" });
                }
                ("requires-python", toml::Value::String(text)) => script.requires_python = Some(text),
                ("requires-python", _) => {
                    return Err(ScriptError::Type { line, key: "requires-python", expected: "string" });
                }
                ("tool", toml::Value::Table(tool)) => script.tool = tool,
                ("tool", _) => return Err(ScriptError::Type { line, key: "tool", expected: "table" }),
                // The standard keeps other names for itself; a reader passes over them.
                _ => {}
            }
        }
        script.content = block.content;
        Ok(script)
    }
}

/// All blocks of a file, in order.
pub fn blocks(source: &str) -> Vec<Block> {
    let lines: Vec<&str> = source.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1;
        let Some(kind) = line.strip_prefix("# /// ").filter(|kind| is_kind(kind)) else { continue };
        let inside = lines.get(at..).unwrap_or_default();
        let run = inside.iter().take_while(|line| **line == "#" || line.starts_with("# ")).count();
        // The end has to stand behind at least one line of content.
        let end = inside
            .get(..run)
            .unwrap_or_default()
            .iter()
            .rposition(|line| *line == "# ///")
            .filter(|end| *end > 0);
        let Some(content) = end.and_then(|end| inside.get(..end)) else { continue };
        let mut text = String::new();
        for line in content {
            text.push_str(line.strip_prefix("# ").unwrap_or_default());
            text.push('\n');
        }
        found.push(Block { kind: kind.to_owned(), content: text, line: at });
        at += content.len() + 1;
    }
    found
}

fn is_kind(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
