//! Walks a syntax tree.

use tree_sitter::{Node, Parser, Tree};

/// Parses a script; a tree with errors in it is a tree all the same.
pub fn parse(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_powershell::LANGUAGE.into())
        .unwrap();
    parser.parse(text, None).unwrap()
}

/// The node and everything in it, in the order of the text.
pub fn all(node: Node<'_>) -> Vec<Node<'_>> {
    let mut found = vec![node];
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        found.extend(all(child));
    }
    found
}

/// The nodes of this kind in the node.
pub fn of_kind<'t>(node: Node<'t>, kind: &str) -> Vec<Node<'t>> {
    all(node)
        .into_iter()
        .filter(|node| node.kind() == kind)
        .collect()
}

/// What the node lies in, from the nearest on.
pub fn around(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::successors(node.parent(), |node| node.parent())
}

/// The node's text.
pub fn text<'a>(node: Node<'_>, source: &'a str) -> &'a str {
    source.get(node.byte_range()).unwrap_or_default()
}

/// The number of the node's first line, from 1.
pub fn line(node: Node<'_>) -> usize {
    node.start_position().row + 1
}
