raise SystemExit(-1)
# exit: 255
