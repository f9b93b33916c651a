"""The compiler flags of setup.py as shell variables, so that the checks compile the kernels as the wheel does.

Reads the literals; importing setup.py would start a build.
"""

import ast
import pathlib
import shlex

found: dict[str, list[str]] = {}
isa_flags: dict[str, list[str]] = {}
for node in ast.walk(ast.parse((pathlib.Path(__file__).parents[2] / "setup.py").read_text())):
    if not isinstance(node, ast.Assign | ast.AugAssign):
        continue
    match node.target if isinstance(node, ast.AugAssign) else node.targets[0]:
        case ast.Name("CFLAGS" | "KERNEL" as name):
            found[name] = ast.literal_eval(node.value)
        case ast.Name("ISA_FLAGS"):
            isa_flags |= ast.literal_eval(node.value)
        case ast.Subscript(ast.Name("ISA_FLAGS"), ast.Constant(isa)):
            isa_flags[isa] = ast.literal_eval(node.value)

print(f"CFLAGS={shlex.quote(shlex.join(found['CFLAGS']))}")
for isa, flags in isa_flags.items():
    print(f"FLAGS_{isa}={shlex.quote(shlex.join([*found['KERNEL'], *flags]))}")
