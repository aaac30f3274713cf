from engine.office.application import *
from engine.office.application import find_person as find_person
