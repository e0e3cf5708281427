print("noisy runs")
