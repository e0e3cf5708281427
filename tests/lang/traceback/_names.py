public_name = 1
