from _helpers.circle_worse import thing
other = 1
