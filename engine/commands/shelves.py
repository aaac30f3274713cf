from engine.office.shelves import *
