from pycparser import c_ast, c_generator, c_parser
source = r"""
typedef struct node { int key; struct node *next; char name[32]; } node_t;
enum color { RED = 1, GREEN, BLUE = RED << 3 };
static int (*table[4])(const char *, ...);
int main(int argc, char **argv) {
    for (int i = 0, j = 10; i < j; i++, --j) { if (argv[i][0] == '\n') continue; else goto done; }
    switch (argc) { case 1: return sizeof(node_t); default: do { argc -= 2; } while (argc > 0 && !(argc & 1)); }
    node_t n = { .key = 3, .name = "x\"y" }; unsigned long long v = 0xFFULL ? n.key : (int) 3.5e-2f;
done:
    return *(&v) ^ ~0;
}
"""
tree = c_parser.CParser().parse(source * 1, filename="x.c")
tree.show(attrnames=True, nodenames=True, showcoord=True)
print(c_generator.CGenerator().visit(tree))
class Visitor(c_ast.NodeVisitor):
    def visit_FuncDef(self, node): print(node.decl.name, node.decl.coord)
Visitor().visit(tree)
for wrong in ("int x = ;", "int f( {", "struct { int a }"):
    try: c_parser.CParser().parse(wrong)
    except Exception as error: print(type(error).__name__, error)
