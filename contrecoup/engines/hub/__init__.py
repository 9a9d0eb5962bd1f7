"""Engines that run models of the Hub, from folders that ``contrecoup models pull`` made (extra ``hub``).

transformers, torch and ctranslate2 are imported when a model is loaded, never before; nothing here opens a socket.
"""
