"""The fictional city of Yunxi (演示城市云溪市): places, bodies, officers and residents made by pure, seeded generators.

Nothing here is real. Region codes begin with 9901, which GB/T 2260 does not assign; identity numbers carry the test prefix 990101.
Only `loader` touches the database; everything else is the same on every machine for the same seed.
"""
