import sys
from importlib.machinery import ModuleSpec
class Finder:
    @staticmethod
    def find_spec(name, path, target=None):
        if name == "conjured": return ModuleSpec(name, Finder)
    @staticmethod
    def create_module(spec): return None
    @staticmethod
    def exec_module(m): m.trick = "ta-da"
sys.meta_path.append(Finder)
import conjured
print(conjured.trick, conjured.__spec__.name)
# stdout:
#| ta-da conjured
