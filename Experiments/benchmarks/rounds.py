"""Contestants that take turns: neighbours on a shared machine then slow all of them alike."""
import statistics
import sys
import time


def alternated(contestants, rounds, unit="", pause=0.0):
    """What each contestant measures in every round, in an order that rotates: {name: [number]}."""
    names = list(contestants)
    found = {name: [] for name in names}
    for number in range(rounds):
        shift = number % len(names)
        for name in names[shift:] + names[:shift]:
            time.sleep(pause)
            found[name].append(contestants[name]())
        print(f"round {number + 1} of {rounds}: "
              + ", ".join(f"{name} {own[-1]:.2f}{unit}" for name, own in found.items()), file=sys.stderr)
    return found


def ratio(above, below):
    """Median, best and worst of what one contestant measured over what another did, within each round."""
    ratios = [a / b for a, b in zip(above, below)]
    return {"median": statistics.median(ratios), "best": max(ratios), "worst": min(ratios)}
