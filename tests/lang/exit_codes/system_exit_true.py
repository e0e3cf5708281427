raise SystemExit(True)
# exit: 1
