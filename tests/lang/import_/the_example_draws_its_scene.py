import runpy, sys
sys.argv = ["raymarch", "--width=40"]
sys.path.insert(0, "../../../examples/raymarch")
runpy.run_path("../../../examples/raymarch", run_name="__main__")
# FIXME: what stands below is dx's answer of today, not CPython 3.14's (`cargo xtask oracle FILE` fills that in)
# stderr:
#| Traceback (most recent call last):
#|   File "the_example_draws_its_scene.py", line 4, in <module>
#|   File "<frozen runpy>", line 311, in run_path
#|   File "<frozen runpy>", line 88, in _run_code
#|   File "../../../examples/raymarch/__main__.py", line 7, in <module>
#|   File "../../../examples/raymarch/march.py", line 5, in <module>
#|   File "../../../examples/raymarch/vector.py", line 7, in <module>
#|   File "<frozen dataclasses>", line 1441, in dataclass.<locals>.wrap
#|   File "<frozen dataclasses>", line 1239, in _process_class
#|   File "<frozen dataclasses>", line 1349, in _add_slots
#| AttributeError: module 'sys' has no attribute '_clear_type_descriptors'
# exit: 1
