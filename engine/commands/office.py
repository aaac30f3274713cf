from engine.commands.verb import Answer as Answer
from engine.commands.verb import Desk as Desk
from engine.commands.verb import Request as Request
from engine.commands.verb import verb as verb
from engine.office import Office as Office
