import random, simpy
random.seed(42)
def customer(env, name, bank, log):
    arrived = env.now
    with bank.request() as turn:
        result = yield turn | env.timeout(random.expovariate(1 / 3))
        if turn in result:
            yield env.timeout(random.expovariate(1 / 8))
            log.append((name, round(arrived, 4), round(env.now, 4)))
        else:
            log.append((name, "left", round(env.now, 4)))
def source(env, count, bank, log):
    for number in range(count):
        env.process(customer(env, number, bank, log))
        yield env.timeout(random.expovariate(1 / 5))
env, log = simpy.Environment(), []
env.process(source(env, 2000, simpy.Resource(env, 2), log))
env.run()
print(env.now, len(log), log[:20], log[-5:])
