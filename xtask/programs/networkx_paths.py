import random
import networkx as nx
random.seed(7)
n = 100_000
g = nx.Graph()
for i in range(1, n):
    g.add_edge(i, random.randrange(i), weight=random.randrange(1, 100))
for i in range(n):
    g.add_edge(random.randrange(n), random.randrange(n), weight=random.randrange(1, 100))
d = nx.single_source_dijkstra_path_length(g, 0)
print(len(d), sum(d.values()))
p = nx.shortest_path(g, 0, n - 1)
print(p)
print(nx.shortest_path(g, 0, n - 1, weight="weight"))
print(sum(nx.single_source_shortest_path_length(g, 0).values()))
print(nx.number_connected_components(g))
