//! Environment markers (PEP 508, PEP 751): conditions of a requirement on the Python and the machine it is for.
//!
//! A marker is a tree of comparisons. Comparisons of versions follow PEP 440 where both sides are versions, all others compare texts;
//! an order of texts is never true unless they are equal, as `packaging` has it.

use std::fmt;
use std::str::FromStr;

use super::name::Name;
use super::scan::{Scanner, SyntaxError};
use super::specifier::Specifiers;
use super::version::Version;

/// How deep parentheses may nest.
const MAX_DEPTH: usize = 100;

/// What a marker can ask about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variable {
    PythonVersion,
    PythonFullVersion,
    OsName,
    SysPlatform,
    PlatformRelease,
    PlatformSystem,
    PlatformVersion,
    PlatformMachine,
    PlatformPythonImplementation,
    ImplementationName,
    ImplementationVersion,
    Extra,
    Extras,
    DependencyGroups,
}

/// Names as they are written, and older spellings behind them.
const VARIABLES: &[(&str, Variable)] = &[
    ("python_full_version", Variable::PythonFullVersion),
    ("python_version", Variable::PythonVersion),
    ("os_name", Variable::OsName),
    ("sys_platform", Variable::SysPlatform),
    ("platform_release", Variable::PlatformRelease),
    ("platform_system", Variable::PlatformSystem),
    ("platform_version", Variable::PlatformVersion),
    ("platform_machine", Variable::PlatformMachine),
    ("platform_python_implementation", Variable::PlatformPythonImplementation),
    ("implementation_name", Variable::ImplementationName),
    ("implementation_version", Variable::ImplementationVersion),
    ("extras", Variable::Extras),
    ("extra", Variable::Extra),
    ("dependency_groups", Variable::DependencyGroups),
    ("os.name", Variable::OsName),
    ("sys.platform", Variable::SysPlatform),
    ("platform.version", Variable::PlatformVersion),
    ("platform.machine", Variable::PlatformMachine),
    ("platform.python_implementation", Variable::PlatformPythonImplementation),
    ("python_implementation", Variable::PlatformPythonImplementation),
];

impl Variable {
    fn name(self) -> &'static str {
        VARIABLES.iter().find(|(_, variable)| *variable == self).map_or("", |(name, _)| name)
    }

    /// Whether it is compared with names of extras or groups, which are kept in their normal form.
    fn is_name(self) -> bool {
        matches!(self, Variable::Extra | Variable::Extras | Variable::DependencyGroups)
    }

    fn is_version(self) -> bool {
        use Variable::{ImplementationVersion, PlatformRelease, PythonFullVersion, PythonVersion};
        matches!(self, PythonVersion | PythonFullVersion | ImplementationVersion | PlatformRelease)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Comparison {
    In,
    NotIn,
    Operator(&'static str),
}

const OPERATORS: &[&str] = &["===", "==", "~=", "!=", "<=", ">=", "<", ">"];

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Side {
    Variable(Variable),
    Text(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Node {
    Compare {
        left: Side,
        comparison: Comparison,
        right: Side,
    },
    All(Vec<Node>),
    Any(Vec<Node>),
    /// Parentheses around one of the last two.
    Group(Box<Node>),
}

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Marker(Node);

/// What markers are compared with: one Python on one machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    pub implementation_name: String,
    pub implementation_version: String,
    pub os_name: String,
    pub platform_machine: String,
    pub platform_python_implementation: String,
    pub platform_release: String,
    pub platform_system: String,
    pub platform_version: String,
    pub python_full_version: String,
    pub python_version: String,
    pub sys_platform: String,
}

impl Environment {
    fn value(&self, variable: Variable) -> &str {
        match variable {
            Variable::PythonVersion => &self.python_version,
            Variable::PythonFullVersion => &self.python_full_version,
            Variable::OsName => &self.os_name,
            Variable::SysPlatform => &self.sys_platform,
            Variable::PlatformRelease => &self.platform_release,
            Variable::PlatformSystem => &self.platform_system,
            Variable::PlatformVersion => &self.platform_version,
            Variable::PlatformMachine => &self.platform_machine,
            Variable::PlatformPythonImplementation => &self.platform_python_implementation,
            Variable::ImplementationName => &self.implementation_name,
            Variable::ImplementationVersion => &self.implementation_version,
            Variable::Extra | Variable::Extras | Variable::DependencyGroups => "",
        }
    }

    /// The variables that stand for one text each, with their values, in alphabetical order.
    pub fn items(&self) -> [(&'static str, &str); 11] {
        [
            ("implementation_name", &self.implementation_name),
            ("implementation_version", &self.implementation_version),
            ("os_name", &self.os_name),
            ("platform_machine", &self.platform_machine),
            ("platform_python_implementation", &self.platform_python_implementation),
            ("platform_release", &self.platform_release),
            ("platform_system", &self.platform_system),
            ("platform_version", &self.platform_version),
            ("python_full_version", &self.python_full_version),
            ("python_version", &self.python_version),
            ("sys_platform", &self.sys_platform),
        ]
    }
}

/// The sets that lock files compare with, and the extra that metadata compares with.
#[derive(Clone, Copy, Default)]
pub struct Selection<'a> {
    pub extra: Option<&'a Name>,
    pub extras: &'a [Name],
    pub groups: &'a [Name],
}

impl Marker {
    /// Whether the condition holds without any extra, or with one of `extras`, each taken alone as pip takes them.
    pub fn evaluate(&self, environment: &Environment, extras: &[Name]) -> bool {
        if extras.is_empty() {
            return self.evaluate_with(environment, Selection::default());
        }
        extras.iter().any(|extra| {
            self.evaluate_with(environment, Selection { extra: Some(extra), ..Selection::default() })
        })
    }

    /// Whether the condition holds with exactly this selection.
    pub fn evaluate_with(&self, environment: &Environment, selection: Selection<'_>) -> bool {
        evaluate(&self.0, environment, selection)
    }

    /// Whether the condition asks about extras anywhere.
    pub fn mentions_extra(&self) -> bool {
        fn mentions(node: &Node) -> bool {
            match node {
                Node::Compare { left, right, .. } => [left, right]
                    .iter()
                    .any(|side| matches!(side, Side::Variable(Variable::Extra | Variable::Extras))),
                Node::All(nodes) | Node::Any(nodes) => nodes.iter().any(mentions),
                Node::Group(node) => mentions(node),
            }
        }
        mentions(&self.0)
    }

    /// What of an environment decides whether the condition holds with this extra, or with none: names of variables. Nothing where the
    /// extra alone decides.
    pub fn decided_by(&self, extra: Option<&Name>) -> Vec<&'static str> {
        fn collect(node: &Node, extra: Option<&Name>, found: &mut Vec<&'static str>) {
            if fixed(node, extra).is_some() {
                return;
            }
            match node {
                Node::All(nodes) | Node::Any(nodes) => {
                    nodes.iter().for_each(|node| collect(node, extra, found))
                }
                Node::Group(node) => collect(node, extra, found),
                Node::Compare { left, right, .. } => {
                    for side in [left, right] {
                        if let Side::Variable(variable) = side
                            && !variable.is_name()
                            && !found.contains(&variable.name())
                        {
                            found.push(variable.name());
                        }
                    }
                }
            }
        }
        let mut found = Vec::new();
        collect(&self.0, extra, &mut found);
        found
    }

    /// Both conditions.
    pub fn and(self, other: Marker) -> Marker {
        let mut nodes = Vec::new();
        for node in [self.0, other.0] {
            match node {
                Node::All(inner) => nodes.extend(inner),
                Node::Any(inner) => nodes.push(Node::Group(Box::new(Node::Any(inner)))),
                node => nodes.push(node),
            }
        }
        Marker(Node::All(nodes))
    }

    /// The marker `extra == "name"`.
    pub fn extra_is(name: &Name) -> Marker {
        Marker(Node::Compare {
            left: Side::Variable(Variable::Extra),
            comparison: Comparison::Operator("=="),
            right: Side::Text(name.as_str().to_owned()),
        })
    }

    /// Reads a marker up to where the grammar ends it.
    pub(super) fn scan(scanner: &mut Scanner<'_>) -> Result<Marker, SyntaxError> {
        disjunction(scanner, 0).map(Marker)
    }
}

/// What a part comes to in every environment, if that is the same.
fn fixed(node: &Node, extra: Option<&Name>) -> Option<bool> {
    match node {
        Node::Group(node) => fixed(node, extra),
        Node::All(nodes) => {
            let all: Vec<Option<bool>> = nodes.iter().map(|node| fixed(node, extra)).collect();
            if all.contains(&Some(false)) {
                return Some(false);
            }
            all.iter().all(|part| *part == Some(true)).then_some(true)
        }
        Node::Any(nodes) => {
            let any: Vec<Option<bool>> = nodes.iter().map(|node| fixed(node, extra)).collect();
            if any.contains(&Some(true)) {
                return Some(true);
            }
            any.iter().all(|part| *part == Some(false)).then_some(false)
        }
        Node::Compare { left, right, comparison } => match (left, right) {
            (Side::Variable(Variable::Extra), Side::Text(text)) => {
                Some(compare(extra.map_or("", Name::as_str), *comparison, text, false))
            }
            (Side::Text(text), Side::Variable(Variable::Extra)) => {
                Some(compare(text, *comparison, extra.map_or("", Name::as_str), false))
            }
            (Side::Text(left), Side::Text(right)) => Some(compare(left, *comparison, right, false)),
            _ => None,
        },
    }
}

fn evaluate(node: &Node, environment: &Environment, selection: Selection<'_>) -> bool {
    match node {
        Node::All(nodes) => nodes.iter().all(|node| evaluate(node, environment, selection)),
        Node::Any(nodes) => nodes.iter().any(|node| evaluate(node, environment, selection)),
        Node::Group(node) => evaluate(node, environment, selection),
        Node::Compare { left, comparison, right } => {
            let (variable, text, reversed) = match (left, right) {
                (Side::Variable(variable), Side::Text(text)) => (*variable, text, false),
                (Side::Text(text), Side::Variable(variable)) => (*variable, text, true),
                // Two variables or two texts: compared as texts.
                (Side::Variable(left), Side::Variable(right)) => {
                    return compare(environment.value(*left), *comparison, environment.value(*right), false);
                }
                (Side::Text(left), Side::Text(right)) => return compare(left, *comparison, right, false),
            };
            match variable {
                Variable::Extras | Variable::DependencyGroups => {
                    let set = if variable == Variable::Extras { selection.extras } else { selection.groups };
                    let contains = Name::new(text).is_ok_and(|name| set.contains(&name));
                    match comparison {
                        Comparison::In => contains && reversed,
                        Comparison::NotIn => !contains && reversed,
                        Comparison::Operator(_) => false,
                    }
                }
                Variable::Extra => {
                    let value = selection.extra.map_or("", Name::as_str);
                    match reversed {
                        false => compare(value, *comparison, text, false),
                        true => compare(text, *comparison, value, false),
                    }
                }
                variable => {
                    let value = environment.value(variable);
                    match reversed {
                        false => compare(value, *comparison, text, variable.is_version()),
                        true => compare(text, *comparison, value, variable.is_version()),
                    }
                }
            }
        }
    }
}

fn compare(left: &str, comparison: Comparison, right: &str, versions: bool) -> bool {
    let operator = match comparison {
        Comparison::In => return right.contains(left),
        Comparison::NotIn => return !right.contains(left),
        Comparison::Operator(operator) => operator,
    };
    if versions && let Ok(specifiers) = format!("{operator}{right}").parse::<Specifiers>() {
        // What is no version is not in any range of versions; only `!=` and `===` of texts have an answer for it.
        return match left.parse::<Version>() {
            Ok(version) => specifiers.contains(&version),
            Err(_) => operator == "===" && left.eq_ignore_ascii_case(right),
        };
    }
    match operator {
        "==" | "===" | "<=" | ">=" => left == right,
        "!=" => left != right,
        _ => false,
    }
}

fn disjunction(scanner: &mut Scanner<'_>, depth: usize) -> Result<Node, SyntaxError> {
    let mut any = Vec::new();
    let mut all = vec![atom(scanner, depth)?];
    loop {
        if scanner.eat_word("and") {
            all.push(atom(scanner, depth)?);
        } else if scanner.eat_word("or") {
            any.push(collapse(std::mem::take(&mut all), Node::All));
            all.push(atom(scanner, depth)?);
        } else {
            any.push(collapse(all, Node::All));
            return Ok(collapse(any, Node::Any));
        }
    }
}

fn collapse(mut nodes: Vec<Node>, join: fn(Vec<Node>) -> Node) -> Node {
    match nodes.pop() {
        Some(node) if nodes.is_empty() => node,
        last => {
            nodes.extend(last);
            join(nodes)
        }
    }
}

fn atom(scanner: &mut Scanner<'_>, depth: usize) -> Result<Node, SyntaxError> {
    scanner.blanks();
    let start = scanner.position;
    if scanner.eat("(") {
        if depth == MAX_DEPTH {
            return scanner.error("Too many nested parentheses");
        }
        let node = disjunction(scanner, depth + 1)?;
        if !scanner.eat(")") {
            return scanner.error_from(
                start,
                "Expected matching RIGHT_PARENTHESIS for LEFT_PARENTHESIS, after marker expression",
            );
        }
        scanner.blanks();
        return Ok(match node {
            Node::All(_) | Node::Any(_) => Node::Group(Box::new(node)),
            node => node,
        });
    }
    let mut left = side(scanner)?;
    scanner.blanks();
    let comparison = comparison(scanner)?;
    scanner.blanks();
    let mut right = side(scanner)?;
    scanner.blanks();
    match (&mut left, &mut right) {
        (Side::Variable(variable), Side::Text(text)) | (Side::Text(text), Side::Variable(variable))
            if variable.is_name() =>
        {
            if let Ok(name) = Name::new(text) {
                *text = name.as_str().to_owned();
            }
        }
        _ => {}
    }
    Ok(Node::Compare { left, comparison, right })
}

fn side(scanner: &mut Scanner<'_>) -> Result<Side, SyntaxError> {
    if let Some((_, variable)) = VARIABLES.iter().find(|(name, _)| scanner.eat_word(name)) {
        return Ok(Side::Variable(*variable));
    }
    for quote in ['\'', '"'] {
        if let Some(rest) = scanner.rest().strip_prefix(quote)
            && let Some(length) = rest.find(quote)
        {
            let text = rest[..length].to_owned();
            scanner.position += length + 2;
            return Ok(Side::Text(text));
        }
    }
    scanner.error("Expected a marker variable or quoted string")
}

fn comparison(scanner: &mut Scanner<'_>) -> Result<Comparison, SyntaxError> {
    if scanner.eat_word("in") {
        return Ok(Comparison::In);
    }
    if scanner.eat_word("not") {
        if !scanner.blanks() {
            return scanner.error("Expected whitespace after 'not'");
        }
        if !scanner.eat_word("in") {
            return scanner.error("Expected 'in' after 'not'");
        }
        return Ok(Comparison::NotIn);
    }
    match OPERATORS.iter().find(|operator| scanner.eat(operator)) {
        Some(operator) => Ok(Comparison::Operator(operator)),
        None => scanner.error("Expected marker operator, one of <=, <, !=, ==, >=, >, ~=, ===, in, not in"),
    }
}

impl FromStr for Marker {
    type Err = SyntaxError;

    fn from_str(text: &str) -> Result<Marker, SyntaxError> {
        let mut scanner = Scanner::new(text);
        let marker = Marker::scan(&mut scanner)?;
        match scanner.at_end() {
            true => Ok(marker),
            false => scanner.error("Expected end of marker expression"),
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Side::Variable(variable) => f.write_str(variable.name()),
            Side::Text(text) if text.contains('"') => write!(f, "'{text}'"),
            Side::Text(text) => write!(f, "\"{text}\""),
        }
    }
}

fn show(node: &Node, outermost: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let (nodes, word) = match node {
        Node::Compare { left, comparison, right } => {
            let word = match comparison {
                Comparison::In => "in",
                Comparison::NotIn => "not in",
                Comparison::Operator(operator) => operator,
            };
            return write!(f, "{left} {word} {right}");
        }
        Node::All(nodes) => (nodes, " and "),
        Node::Any(nodes) => (nodes, " or "),
        Node::Group(node) if outermost => return show(node, true, f),
        Node::Group(node) => {
            f.write_str("(")?;
            show(node, true, f)?;
            return f.write_str(")");
        }
    };
    for (index, node) in nodes.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        show(node, false, f)?;
    }
    Ok(())
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        show(&self.0, true, f)
    }
}
