import pathlib, re, subprocess, sys
pathlib.Path("conftest.py").write_text("import pytest\n@pytest.fixture(params=[1, 2], ids=['one', 'two'])\ndef number(request, tmp_path):\n    yield request.param\n")
pathlib.Path("test_things.py").write_text('''import pytest
def test_number(number): assert number in (1, 3)
@pytest.mark.parametrize("a,b", [(1, 2), (2, 2)])
def test_pairs(a, b): assert a == b, "pairs"
def test_dicts(): assert {"a": [1, 2], "b": 3} == {"a": [1, 3], "b": 3}
def test_raises():
    with pytest.raises(ValueError, match="bad"): int("x")
@pytest.mark.skip(reason="no")
def test_skipped(): pass
@pytest.mark.xfail(strict=True)
def test_xfail(): assert 0
class TestClass:
    @classmethod
    def setup_class(cls): print("set up")
    def test_output(self, capsys, monkeypatch):
        print("out"); monkeypatch.setenv("X", "1")
        assert capsys.readouterr().out == "out\\n"
    def test_in(self): assert "x" in ["a", "b"] and len([1]) == 1
def test_approx(): assert 0.1 + 0.2 == pytest.approx(0.3)
def test_text(): assert "a\\nb\\nc" == "a\\nB\\nc"
''')
for words in ([], ["-v", "--tb=short"], ["-k", "pairs", "-rA", "--tb=line"], ["--collect-only", "-q"]):
    result = subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", *words], capture_output=True, text=True)
    output = re.sub(r"in \d+\.\d+s", "in #s", result.stdout + result.stderr)
    print(re.sub(r"platform .*|=+|-{5,}|_{5,}", "", output), result.returncode)
