sibling_name = __name__
