print("broken runs")
raise ValueError("broken")
