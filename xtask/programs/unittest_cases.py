import unittest
class A(unittest.TestCase):
    def test_ok(self): self.assertEqual(1, 1)
    def test_fail(self): self.assertEqual({"a": [1, 2, 3]}, {"a": [1, 2, 4]})
    def test_error(self): [][1]
    @unittest.skip("why")
    def test_skip(self): pass
    @unittest.expectedFailure
    def test_xf(self): self.assertTrue(False)
    def test_sub(self):
        for i in range(3):
            with self.subTest(i=i): self.assertNotEqual(i, 1)
    def test_raises(self):
        with self.assertRaisesRegex(ValueError, "bad"): raise ValueError("bad thing")
    def test_multi(self): self.assertEqual("a\nb\nc\n" * 5, "a\nb\nd\n" * 5)
if __name__ == "__main__": unittest.main()
