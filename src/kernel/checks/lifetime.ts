/** Functions that run before others can see an object, or after they have lost it, by their names. */
export const setsUp =
  /(^|_)(init|probe|alloc|create|setup|new|register|attach|clone|open|start|add|insert|build|parse|config|remove|exit|destroy|free|release|close|stop|detach|disconnect|unregister|del|cleanup|teardown|uninit|fini|suspend|resume|reset|shutdown|bind|unbind|down|up|restart|reinit|prepare|kill|die|purge)(_|\d|$)/;
