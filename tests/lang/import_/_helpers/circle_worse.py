from _helpers.circle_bad import other
thing = 1
